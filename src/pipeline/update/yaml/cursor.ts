/** A place where the text stops being YAML. Caught where reading starts, and turned into a named refusal. */
export class SyntaxProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'SyntaxProblem';
    this.at = at;
  }
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** A place in the text that the cursor can return to. */
export interface Mark {
  readonly at: number;
  readonly line: number;
  readonly lineStart: number;
}

/**
 * A position in a text of which every char is one byte.
 *
 * YAML's positions are needed in bytes, so files are read as latin1: an offset in the text is an offset in the file.
 * Columns count characters: bytes that continue a UTF-8 sequence have none of their own.
 */
export class Cursor {
  readonly text: string;
  at = 0;
  line = 0;
  lineStart = 0;
  readonly #multibyte: boolean;
  /** Where on this line characters were last counted, and how many there were. */
  #counted = { lineStart: 0, at: 0, column: 0 };

  constructor(text: string) {
    this.text = text;
    this.#multibyte = /[\x80-\xff]/.test(text);
  }

  /** The char code `ahead` of the cursor; NaN after the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead);
  }

  get mark(): Mark {
    return { at: this.at, line: this.line, lineStart: this.lineStart };
  }

  goTo(mark: Mark): void {
    this.at = mark.at;
    this.line = mark.line;
    this.lineStart = mark.lineStart;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  get column(): number {
    if (!this.#multibyte) return this.at - this.lineStart;
    const known = this.#counted;
    if (known.lineStart !== this.lineStart || known.at > this.at) {
      this.#counted = { lineStart: this.lineStart, at: this.lineStart, column: 0 };
    }
    const counted = this.#counted;
    for (; counted.at < this.at; counted.at++) {
      if ((this.text.charCodeAt(counted.at) & 0xc0) !== 0x80) counted.column++;
    }
    return counted.column;
  }

  /** True for a space or a tab. */
  blank(ahead = 0): boolean {
    const code = this.code(ahead);
    return code === SPACE || code === TAB;
  }

  /** Length in bytes of the line break `ahead` of the cursor, or 0. */
  breakLength(ahead = 0): number {
    return lineBreakLength(this.text, this.at + ahead);
  }

  /** True for a blank, a line break, or the end. */
  blankOrEnd(ahead = 0): boolean {
    return this.blank(ahead) || this.at + ahead >= this.text.length || this.breakLength(ahead) > 0;
  }

  skipSpaces(): void {
    while (this.code() === SPACE) this.at++;
  }

  skipBlanks(): void {
    while (this.blank()) this.at++;
  }

  /** Lets the line start `ahead` of the cursor. */
  startLine(ahead: number): void {
    this.at += ahead;
    this.lineStart = this.at;
  }

  /** Goes past one line break; false when there is none. */
  skipBreak(): boolean {
    const length = this.breakLength();
    if (length === 0) return false;
    this.at += length;
    this.line++;
    this.lineStart = this.at;
    return true;
  }

  /** Goes to the line break or the end, whichever comes first. */
  skipToBreak(): void {
    while (!this.done && this.breakLength() === 0) this.at++;
  }

  /** True at `---` or `...` that stands alone at the start of a line. */
  atDocumentIndicator(): boolean {
    if (this.at !== this.lineStart) return false;
    const first = this.code();
    if (first !== 0x2d && first !== 0x2e) return false;
    return this.code(1) === first && this.code(2) === first && this.blankOrEnd(3);
  }

  fail(message: string, at = this.at): never {
    throw new SyntaxProblem(message, at);
  }
}

/** Length in bytes of the line break at `at`, or 0. Besides LF, CR and CR LF, YAML 1.1 knows NEL, LS and PS. */
export function lineBreakLength(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === NEWLINE) return 1;
  if (code === RETURN) return text.charCodeAt(at + 1) === NEWLINE ? 2 : 1;
  if (code === 0xc2) return text.charCodeAt(at + 1) === 0x85 ? 2 : 0;
  if (code !== 0xe2 || text.charCodeAt(at + 1) !== 0x80) return 0;
  const last = text.charCodeAt(at + 2);
  return last === 0xa8 || last === 0xa9 ? 3 : 0;
}
