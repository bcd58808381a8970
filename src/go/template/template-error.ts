/** A place in a template: lines and columns count from 1, columns in characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A field that a template asks of a value whose type does not have it. */
export interface MissingField {
  readonly field: string;
  /** The Go type, for example `update.Result`. */
  readonly type: string;
}

/** A template that does not parse, or fails while it runs: where, and what is wrong. */
export class TemplateError extends Error implements Place {
  readonly phase: 'parse' | 'run';
  readonly line: number;
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;
  readonly missingField: MissingField | undefined;

  constructor(
    phase: 'parse' | 'run',
    place: Place,
    problem: { readonly reason: string; readonly cause?: unknown; readonly missingField?: MissingField },
  ) {
    super(`line ${place.line}, column ${place.column}: ${problem.reason}`, { cause: problem.cause });
    this.name = 'TemplateError';
    this.phase = phase;
    this.line = place.line;
    this.column = place.column;
    this.reason = problem.reason;
    this.missingField = problem.missingField;
  }
}

/** The place of an offset in a text. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
}
