import type { AnyObject } from './kinds.ts';

/** Something that is wrong in a file. The message is a sentence that says what, and what to do. */
export interface DocumentProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The field it is about: `spec.interval`. */
  readonly field?: string | undefined;
  /** The object it is about, as far as it says: `ImagePolicy flux-system/app`. */
  readonly object?: string | undefined;
}

/** A document that is not ours. What it does not say is empty. */
export interface SkippedDocument {
  readonly file: string;
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
}

export interface FoundObject {
  readonly object: AnyObject;
  readonly file: string;
  /** Where the object begins, from 1. */
  readonly line: number;
  /** The whole document, from its `---` up to the next one, as offsets into the decoded text. */
  readonly documentRange: { readonly start: number; readonly end: number };
  /** The object is an item of a List: its document holds others, too. */
  readonly listed: boolean;
}

export interface DocumentsRead {
  readonly objects: readonly FoundObject[];
  readonly skipped: readonly SkippedDocument[];
  readonly problems: readonly DocumentProblem[];
}

/** `clusters/dev/policy.yaml:12:5: ImagePolicy flux-system/app: spec.interval is missing. ...` */
export function formatProblem(problem: DocumentProblem): string {
  const about = problem.object === undefined ? '' : `${problem.object}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${about}${problem.message}`;
}
