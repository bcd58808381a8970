import type { Cursor } from './cursor.ts';
import { scanLineComment } from './scan-comments.ts';
import type { BlockLayout, Comment } from './token.ts';

const HASH = 0x23;
const PLUS = 0x2b;
const MINUS = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;

/** A block scalar, as far as it was read: the comment on its header, and where its text stands. */
export interface BlockScan {
  readonly comment: Comment | undefined;
  readonly layout: BlockLayout;
  /** The line of its last character that is not blank. */
  readonly contentLine: number;
}

/** Goes past a block scalar, its trailing blank lines included. The cursor is at `|` or `>`, and ends at the start of a line. */
export function scanBlockScalar(cursor: Cursor, parentIndent: number): BlockScan {
  const start = cursor.at;
  cursor.at++;
  const increment = scanIndicators(cursor);
  cursor.skipBlanks();
  const comment = cursor.code() === HASH ? scanLineComment(cursor, start) : undefined;
  let contentLine = cursor.line;
  if (!cursor.done && !cursor.skipBreak())
    cursor.fail('Something other than a comment stands behind the header of a block text.');
  const textStart = cursor.at;
  const indent = increment > 0 ? Math.max(parentIndent, 0) + increment : detectIndent(cursor, parentIndent);
  let textEnd = textStart;
  while (atTextLine(cursor, indent)) {
    cursor.skipToBreak();
    if (cursor.at - cursor.lineStart > indent) textEnd = cursor.at;
    if (isWritten(cursor)) contentLine = cursor.line;
    if (!cursor.skipBreak()) break;
  }
  return {
    comment,
    layout: { textStart, textEnd, indent, indentGiven: increment > 0, parentIndent },
    contentLine,
  };
}

/** Reads the chomping and indentation indicators in either order; returns the indentation, 0 for none. */
function scanIndicators(cursor: Cursor): number {
  let increment = 0;
  const chomping = () => cursor.code() === PLUS || cursor.code() === MINUS;
  const chomped = chomping();
  if (chomped) cursor.at++;
  const digit = cursor.code() - 0x30;
  if (digit === 0) cursor.fail('The indentation of a block text cannot be 0.');
  if (digit > 0 && digit <= 9) {
    increment = digit;
    cursor.at++;
    if (!chomped && chomping()) cursor.at++;
  }
  return increment;
}

/** The indentation of the first line that is not empty, or of the longest empty line before it, but more than the parent's. */
function detectIndent(cursor: Cursor, parentIndent: number): number {
  const here = cursor.mark;
  let widest = 0;
  do {
    while (cursor.code() === SPACE) cursor.at++;
    widest = Math.max(widest, cursor.at - cursor.lineStart);
    if (cursor.code() === TAB) cursor.fail('A tab stands where a block text needs spaces as indentation.');
  } while (cursor.skipBreak());
  cursor.goTo(here);
  return Math.max(widest, parentIndent + 1, 1);
}

/** True when the line at the cursor belongs to the text. The cursor is at the start of the line, and goes behind its indentation if so. */
function atTextLine(cursor: Cursor, indent: number): boolean {
  const start = cursor.mark;
  while (cursor.code() === SPACE && cursor.at - cursor.lineStart < indent) cursor.at++;
  const short = cursor.at - cursor.lineStart < indent;
  if (short && cursor.code() === TAB)
    cursor.fail('A tab stands where a block text needs spaces as indentation.');
  if (!cursor.done && (!short || cursor.breakLength() > 0)) return true;
  cursor.goTo(start);
  return false;
}

/** True when the line that ends at the cursor is not blank. */
function isWritten(cursor: Cursor): boolean {
  return /[^ \t]/.test(cursor.text.slice(cursor.lineStart, cursor.at));
}
