/** How a scalar is written. `empty` is a value that is not there at all. */
export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal' | 'folded' | 'empty';

export type TokenType =
  | 'directive'
  | 'document-start'
  | 'document-end'
  | 'block-map'
  | 'block-seq'
  | 'block-end'
  | 'entry'
  | 'key'
  | 'value'
  | 'flow-map'
  | 'flow-seq'
  | 'flow-map-end'
  | 'flow-seq-end'
  | 'flow-entry'
  | 'anchor'
  | 'alias'
  | 'tag'
  | 'scalar'
  | 'end';

/** What a block scalar needs besides its range: where its lines start, and how far they are indented. */
export interface BlockLayout {
  /** Offset after the header's line break; the end of the text when there is none. */
  readonly textStart: number;
  /** Offset after the last line that is not blank, its line break excluded; `textStart` when there is no such line. */
  readonly textEnd: number;
  readonly indent: number;
  /** The header says how far the lines are indented. */
  readonly indentGiven: boolean;
  /** Indentation of the block that the scalar stands in; -1 at the root. */
  readonly parentIndent: number;
}

/** One piece of the text. Offsets are in bytes. */
export interface Token {
  readonly type: TokenType;
  readonly start: number;
  readonly end: number;
  readonly style: ScalarStyle | undefined;
  readonly block: BlockLayout | undefined;
}

/**
 * Comments that belong together, and what they belong to, as Flux's YAML library sees it.
 *
 * `line` stands behind something on the same line, `head` on its own lines before something, `foot` on its own lines after something.
 */
export interface Comment {
  readonly place: 'line' | 'head' | 'foot';
  /** Each line from its `#` to its end. */
  readonly lines: readonly CommentLine[];
  /** All lines, with the line breaks and blank lines between them. */
  readonly text: string;
  /** The comment is taken by the first node that starts here or later. */
  readonly from: number;
}

export interface CommentLine {
  readonly start: number;
  readonly end: number;
}
