/** What can be wrong with a marker, by name. `docs/markers.md` explains each. */
export type FindingCode =
  // how it is written
  | 'marker-empty'
  | 'marker-json'
  | 'marker-key'
  | 'marker-namespace'
  | 'marker-quotes'
  | 'marker-slash'
  | 'marker-spaces'
  | 'marker-suffix'
  | 'marker-surrounded'
  | 'marker-values'
  // where it stands
  | 'place-above-key'
  | 'place-alias'
  | 'place-below'
  | 'place-bracket'
  | 'place-collection'
  | 'place-duplicate-key'
  | 'place-empty-value'
  | 'place-key'
  | 'place-next-line'
  | 'place-other-comment'
  | 'place-text'
  | 'place-two-comments'
  // its file, or its policy
  | 'file-unreadable'
  | 'file-unscreened'
  | 'policy-unknown';

/** Something that keeps a marker from doing its work. Line and column count from 1, columns in characters. */
export interface Finding {
  readonly line: number;
  readonly column: number;
  /** `error`: the marker does nothing. `warning`: it may be meant so. */
  readonly severity: 'error' | 'warning';
  readonly code: FindingCode;
  /** One sentence: what to do about it. */
  readonly message: string;
}
