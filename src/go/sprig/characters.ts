import { byteLength, fromBytes, RUNE_ERROR, runeOf, toBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';

/** What Go's package unicode calls a space. */
const SPACE = String.raw`\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000`;
const IS_SPACE = new RegExp(`^[${SPACE}]$`, 'u');
const LEADING_SPACE = new RegExp(`^[${SPACE}]+`, 'u');
const TRAILING_SPACE = new RegExp(`[${SPACE}]+$`, 'u');

export const isSpace = (char: string): boolean => IS_SPACE.test(char);
export const isUpper = (char: string): boolean => /^\p{Lu}$/u.test(char);
export const isLower = (char: string): boolean => /^\p{Ll}$/u.test(char);
export const isTitle = (char: string): boolean => /^\p{Lt}$/u.test(char);
export const isLetter = (char: string): boolean => /^\p{L}$/u.test(char);
export const isDigit = (char: string): boolean => /^\p{Nd}$/u.test(char);
export const isNumber = (char: string): boolean => /^\p{N}$/u.test(char);
export const isPunctuation = (char: string): boolean => /^\p{P}$/u.test(char);

/** The characters of a string; a byte that is not UTF-8 is one. */
export function charsOf(text: ByteString): string[] {
  return Array.from(text);
}

/** The characters of a string as Go's `[]rune` has them: what is not UTF-8 becomes U+FFFD for good. */
export function runesOf(text: ByteString): string[] {
  const chars = Array.from(text);
  return text.isWellFormed() ? chars : chars.map((char) => String.fromCodePoint(runeOf(char)));
}

export function isRuneError(char: string): boolean {
  return runeOf(char) === RUNE_ERROR;
}

/** The bytes of a string as characters U+0000 to U+00FF, for what Go does byte by byte. */
export function toUnits(text: ByteString): string {
  return toBytes(text).toString('latin1');
}

export function fromUnits(units: string): ByteString {
  return fromBytes(Buffer.from(units, 'latin1'));
}

export function trimSpace(text: ByteString): ByteString {
  return text.replace(LEADING_SPACE, '').replace(TRAILING_SPACE, '');
}

/**
 * Go maps each character to one character, JavaScript may map it to several.
 * Where it does, Go leaves the character alone, but for Greek letters with a small iota: those have a title case form.
 */
export function toUpper(char: string): string {
  const upper = char.toUpperCase();
  return isOneChar(upper) ? upper : (GREEK_TITLES.get(char) ?? char);
}

export function toLower(char: string): string {
  // The one character whose lower case is two: a capital I with a dot.
  return char === '\u0130' ? 'i' : char.toLowerCase();
}

/** As upper case, but for letters made of two, and for Georgian, which has no title case. */
export function toTitle(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x01c4 && code <= 0x01cc) return String.fromCodePoint(code - ((code - 0x01c4) % 3) + 1);
  if (code >= 0x01f1 && code <= 0x01f3) return '\u01F2';
  const isGeorgian = (code >= 0x10d0 && code <= 0x10fa) || (code >= 0x10fd && code <= 0x10ff);
  return isGeorgian ? char : toUpper(char);
}

/** Go's `strings.Map`: what is not UTF-8 becomes U+FFFD on the way. */
export function mapChars(text: ByteString, map: (char: string) => string): ByteString {
  return runesOf(text).map(map).join('');
}

function isOneChar(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

const GREEK_TITLES: ReadonlyMap<string, string> = new Map(
  [
    ...[0x1f80, 0x1f90, 0x1fa0].flatMap((base) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [base + n, 8] as const),
    ),
    ...([0x1fb3, 0x1fc3, 0x1ff3] as const).map((code) => [code, 9] as const),
  ].map(([code, distance]) => [String.fromCodePoint(code), String.fromCodePoint(code + distance)]),
);

/**
 * Makes strings searchable for each other: as they are when all are well formed, else by their bytes.
 * The second half of a pair of surrogates must not be taken for a byte.
 */
export function searchable(...texts: readonly ByteString[]): {
  readonly texts: readonly string[];
  readonly restore: (text: string) => ByteString;
} {
  if (texts.every((text) => text.isWellFormed())) return { texts, restore: (text) => text };
  return { texts: texts.map(toUnits), restore: fromUnits };
}

/** How long a text will be when a piece is put in so many times. */
export function lengthWith(text: ByteString, piece: ByteString, times: number): number {
  return byteLength(text) + byteLength(piece) * times;
}
