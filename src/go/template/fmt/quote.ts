import { quote, quoteToAscii } from '../../quote.ts';
import { escapedByte, runeToString } from '../byte-string.ts';
import type { ByteString } from '../byte-string.ts';

/** Quotes a string as `%q` does; bytes that are not UTF-8 become `\x..`. */
export function quoteBytes(text: ByteString): string {
  return text.isWellFormed() ? quote(text) : quotePieces(text, quote);
}

/** As `%+q` does: everything beyond ASCII is escaped. */
export function quoteBytesToAscii(text: ByteString): string {
  return text.isWellFormed() ? quoteToAscii(text) : quotePieces(text, quoteToAscii);
}

/** Quotes a code point in single quotes, as `%q` does with a number. */
export function quoteRune(rune: bigint, toAscii: boolean): string {
  const char = runeToString(rune);
  if (char === "'") return String.raw`'\''`;
  if (char === '"') return `'"'`;
  const quoted = toAscii ? quoteToAscii(char) : quote(char);
  return `'${quoted.slice(1, -1)}'`;
}

/** True when a string can stand in backquotes: one line, no backquotes, and nothing unprintable but tabs. */
export function canBackquote(text: ByteString): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.isWellFormed() && !/[\u0000-\u0008\u000A-\u001F`\u007F\uFEFF]/.test(text);
}

function quotePieces(text: ByteString, quotePiece: (piece: string) => string): string {
  const pieces = text.split(/([\uDC80-\uDCFF])/u).map((piece) => {
    const byte = escapedByte(piece);
    return byte === undefined ? quotePiece(piece).slice(1, -1) : `\\x${byte.toString(16)}`;
  });
  return `"${pieces.join('')}"`;
}
