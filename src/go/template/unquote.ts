import { fromBytes, normalize } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';

/** One element of a string or character constant: a plain character, or an escape. */
const ELEMENT =
  /\\(?:([abfnrtv\\'"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([^\\])/uy;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);

/** The value of a Go string literal with its quotes, undefined when its escapes are wrong (`strconv.Unquote`). */
export function unquote(literal: string): ByteString | undefined {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`')) return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body;
  const elements = readElements(body, '"');
  return elements === undefined ? undefined : normalize(elements.join(''));
}

/** The value of a Go character literal with its quotes, undefined when it is not exactly one character. */
export function unquoteChar(literal: string): number | undefined {
  const elements = readElements(literal.slice(1, -1), "'");
  const only = elements?.length === 1 ? elements[0] : undefined;
  if (only === undefined) return undefined;
  const code = only.codePointAt(0) ?? 0;
  // A byte given as an escape is its number.
  return code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
}

/** The values of all elements, undefined when one is wrong. The other kind of quote must not be escaped. */
function readElements(body: string, quote: string): readonly string[] | undefined {
  const elements: string[] = [];
  let at = 0;
  while (at < body.length) {
    ELEMENT.lastIndex = at;
    const match = ELEMENT.exec(body);
    const element = match === null ? undefined : valueOf(match, quote);
    if (match === null || element === undefined) return undefined;
    elements.push(element);
    at += match[0].length;
  }
  return elements;
}

function valueOf(match: RegExpExecArray, quote: string): string | undefined {
  const [, short, octal, byte, short16, long32, plain] = match;
  if (plain !== undefined) return plain === quote ? undefined : plain;
  if (short !== undefined) {
    const isOtherQuote = (short === '"' || short === "'") && short !== quote;
    return isOtherQuote ? undefined : SHORT.get(short);
  }
  if (octal !== undefined) return byteOf(Number.parseInt(octal, 8));
  if (byte !== undefined) return byteOf(Number.parseInt(byte, 16));
  const code = Number.parseInt(short16 ?? long32 ?? '', 16);
  const isRune = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isRune ? String.fromCodePoint(code) : undefined;
}

function byteOf(value: number): string | undefined {
  return value > 0xff ? undefined : fromBytes(Uint8Array.of(value));
}
