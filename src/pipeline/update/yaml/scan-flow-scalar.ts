import type { Cursor, Mark } from './cursor.ts';

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const HASH = 0x23;
const TAB = 0x09;

/** `,` `?` `[` `]` `{` `}`: what ends a plain scalar inside a flow collection. */
const FLOW_ENDS = new Set([0x2c, 0x3f, 0x5b, 0x5d, 0x7b, 0x7d]);

/** Where a plain scalar is read. */
export interface PlainSite {
  readonly inFlow: boolean;
  /** Lines of the scalar must be indented at least so far, outside of flow collections. */
  readonly indent: number;
}

/** Goes past a plain scalar, which may span lines, and the blanks and line breaks behind it. Returns where the scalar ends. */
export function scanPlain(cursor: Cursor, site: PlainSite): Mark {
  for (;;) {
    skipPlainWord(cursor, site.inFlow);
    const end = cursor.mark;
    const indented = skipToNextWord(cursor, site);
    const comment = cursor.code() === HASH && cursor.at > end.at;
    if (!indented || comment || cursor.atDocumentIndicator() || !plainGoesOn(cursor, site.inFlow)) return end;
  }
}

function plainGoesOn(cursor: Cursor, inFlow: boolean): boolean {
  const code = cursor.code();
  return !(cursor.done || (code === COLON && cursor.blankOrEnd(1)) || (inFlow && FLOW_ENDS.has(code)));
}

function skipPlainWord(cursor: Cursor, inFlow: boolean): void {
  while (!cursor.blankOrEnd() && plainGoesOn(cursor, inFlow)) cursor.at++;
}

/** Goes past blanks and line breaks; false when what follows cannot belong to the scalar any more. */
function skipToNextWord(cursor: Cursor, site: PlainSite): boolean {
  let broken = false;
  for (;;) {
    if (broken && cursor.code() === TAB && cursor.column < site.indent) {
      cursor.fail('A tab stands where a line needs spaces as indentation.');
    }
    if (cursor.blank()) cursor.at++;
    else if (cursor.skipBreak()) broken = true;
    else break;
  }
  return site.inFlow || cursor.column >= site.indent;
}

/** Goes past a quoted scalar. The cursor is at the opening quote. */
export function scanQuoted(cursor: Cursor): void {
  const start = cursor.at;
  const quote = cursor.code();
  cursor.at++;
  for (;;) {
    if (cursor.done) cursor.fail('A quoted text is never closed.', start);
    if (cursor.atDocumentIndicator()) cursor.fail('A document separator stands inside a quoted text.', start);
    const code = cursor.code();
    if (code === quote) {
      cursor.at++;
      if (quote === DOUBLE_QUOTE || cursor.code() !== SINGLE_QUOTE) return;
      cursor.at++;
    } else if (code === BACKSLASH && quote === DOUBLE_QUOTE) {
      skipEscape(cursor);
    } else if (!cursor.skipBreak()) {
      cursor.at++;
    }
  }
}

/** Escapes of one character, in YAML 1.1 or 1.2, and `'`, which Flux's library also takes. */
const SIMPLE_ESCAPES = new Set('0abtnvfre "/\\N_LP\t\''.split('').map((char) => char.charCodeAt(0)));
const HEX_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0x78, 2],
  [0x75, 4],
  [0x55, 8],
]);

function skipEscape(cursor: Cursor): void {
  const start = cursor.at;
  cursor.at++;
  if (cursor.skipBreak()) return;
  const code = cursor.code();
  const length = HEX_LENGTHS.get(code);
  if (length === undefined && !SIMPLE_ESCAPES.has(code))
    cursor.fail('A quoted text has an escape that YAML does not know.', start);
  cursor.at++;
  if (length === undefined) return;
  const digits = cursor.text.slice(cursor.at, cursor.at + length);
  const point = /^[0-9A-Fa-f]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : -1;
  if (point < 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    cursor.fail('A quoted text has an escape that names no character.', start);
  }
  cursor.at += length;
}
