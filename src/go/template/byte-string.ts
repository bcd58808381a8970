/**
 * Go strings are bytes; ours are JavaScript strings in which a byte that is not UTF-8 stands as a lone surrogate.
 *
 * Byte 0x80 + n is U+DC80 + n. UTF-8 has no surrogates, so nothing else looks like that, and both directions are exact
 * (`byte-string.test.ts`). Text that is well formed is the same in both worlds, which keeps the usual case cheap.
 */
export type ByteString = string;

const FIRST_ESCAPE = 0xdc80;
const LAST_ESCAPE = 0xdcff;
const ESCAPE_BASE = 0xdc00;

/** The rune that Go reads where there is no UTF-8. */
export const RUNE_ERROR = 0xfffd;

/** Makes a string of any JavaScript string: a surrogate without its other half becomes U+FFFD. */
export function fromText(text: string): ByteString {
  return text.toWellFormed();
}

/** The text that people see: every byte that is not UTF-8 becomes U+FFFD. */
export function toText(bytes: ByteString): string {
  return normalize(bytes).toWellFormed();
}

/** The bytes of a string. */
export function toBytes(text: ByteString): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const piece of text.split(/([\uDC80-\uDCFF]+)/u)) {
    parts.push(piece.isWellFormed() ? Buffer.from(piece, 'utf8') : Buffer.from(escapedBytes(piece)));
  }
  return Buffer.concat(parts);
}

/** The string of some bytes. */
export function fromBytes(bytes: Uint8Array): ByteString {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // U+FFFD is in the text where the bytes have it or where they are no UTF-8; only then is a closer look needed.
  return text.includes('\uFFFD') ? decodeEscaping(bytes) : text;
}

/** Puts bytes together that became valid UTF-8 by standing next to each other. */
export function normalize(text: ByteString): ByteString {
  return text.isWellFormed() ? text : fromBytes(toBytes(text));
}

/** How many bytes a string has (Go's `len`). */
export function byteLength(text: ByteString): number {
  return text.isWellFormed() ? Buffer.byteLength(text, 'utf8') : toBytes(text).length;
}

/** The bytes from `start` to `end` (Go's `text[start:end]`). The caller has checked the bounds. */
export function sliceBytes(text: ByteString, start: number, end?: number): ByteString {
  if (isAscii(text)) return text.slice(start, end);
  return fromBytes(toBytes(text).subarray(start, end));
}

export function isAscii(text: ByteString): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length;
}

/** The code point of one character of a string, U+FFFD for a byte that is not UTF-8. */
export function runeOf(char: string): number {
  const code = char.codePointAt(0) ?? RUNE_ERROR;
  return isEscape(code) ? RUNE_ERROR : code;
}

/** The UTF-8 of a code point, U+FFFD for what is none. */
export function runeToString(rune: bigint | number): ByteString {
  const code = Number(rune);
  const isRune = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return String.fromCodePoint(isRune ? code : RUNE_ERROR);
}

/** The byte that a character stands for when it is a byte that is not UTF-8. */
export function escapedByte(char: string): number | undefined {
  const code = char.codePointAt(0) ?? 0;
  return char.length === 1 && isEscape(code) ? code - ESCAPE_BASE : undefined;
}

/** Compares byte by byte, as Go compares strings: negative, zero or positive. */
export function compareBytes(left: ByteString, right: ByteString): number {
  if (left === right) return 0;
  const shorter = Math.min(left.length, right.length);
  let at = 0;
  while (at < shorter && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  const a = left.charCodeAt(at);
  const b = right.charCodeAt(at);
  // Units below the surrogates sort like their bytes; at the end of one string the shorter comes first.
  if (at === shorter) return left.length - right.length;
  if (a < 0xd800 && b < 0xd800) return a - b;
  return Buffer.compare(toBytes(left), toBytes(right));
}

function isEscape(code: number): boolean {
  return code >= FIRST_ESCAPE && code <= LAST_ESCAPE;
}

function escapedBytes(piece: string): number[] {
  return Array.from(piece, (char) => (char.codePointAt(0) ?? 0) - ESCAPE_BASE);
}

/** Decodes as Go does: each byte that starts no valid sequence stands alone. */
function decodeEscaping(bytes: Uint8Array): ByteString {
  let out = '';
  let at = 0;
  while (at < bytes.length) {
    const size = sequenceLength(bytes, at);
    if (size === 0) {
      out += String.fromCharCode(ESCAPE_BASE + (bytes[at] ?? 0));
      at++;
    } else {
      out += Buffer.from(bytes.subarray(at, at + size)).toString('utf8');
      at += size;
    }
  }
  return out;
}

/** The length of the valid UTF-8 sequence at a position, zero when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (!isContinuation(bytes[at + 1], lowestSecond(first), highestSecond(first))) return 0;
  if (first < 0xe0) return 2;
  if (!isContinuation(bytes[at + 2], 0x80, 0xbf)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3], 0x80, 0xbf) ? 4 : 0;
}

/** Below these bounds a sequence would be longer than needed, above them a surrogate or no Unicode. */
function lowestSecond(first: number): number {
  if (first === 0xe0) return 0xa0;
  return first === 0xf0 ? 0x90 : 0x80;
}

function highestSecond(first: number): number {
  if (first === 0xed) return 0x9f;
  return first === 0xf4 ? 0x8f : 0xbf;
}

function isContinuation(byte: number | undefined, low: number, high: number): boolean {
  return byte !== undefined && byte >= low && byte <= high;
}
