import { isAscii, runeToString, toBytes } from '../byte-string.ts';
import type { ByteString } from '../byte-string.ts';
import { formatFloat } from './float-text.ts';
import type { FloatFormat } from './float-text.ts';
import { canBackquote, quoteBytes, quoteBytesToAscii, quoteRune } from './quote.ts';

/** What stands between the percent sign and the verb. */
export interface Flags {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v`: with the names of fields. */
  plusV: boolean;
  /** `%#v`: as Go source. */
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function noFlags(): Flags {
  return {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** Fills up to the width, which counts characters. */
export function pad(text: ByteString, flags: Flags): ByteString {
  const missing = (flags.width ?? 0) - (flags.width === undefined ? 0 : runeCount(text));
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}

function padWithSpaces(text: string, flags: Flags): string {
  return pad(text, flags.zero ? { ...flags, zero: false } : flags);
}

/** The verbs for integers, and the base of each. */
export const BASES: ReadonlyMap<string, 2 | 8 | 10 | 16> = new Map([
  ['v', 10],
  ['d', 10],
  ['b', 2],
  ['o', 8],
  ['O', 8],
  ['x', 16],
  ['X', 16],
]);

/** An integer by one of the verbs that have a base. */
export function formatInteger(value: bigint, verb: string, flags: Flags): string {
  const base = BASES.get(verb) ?? 10;
  const isNegative = value < 0n;
  const size = isNegative ? -value : value;
  if (flags.precision === 0 && size === 0n) return ' '.repeat(flags.width ?? 0);
  const digits = size.toString(base).padStart(digitsWanted(flags, isNegative), '0');
  const text = basePrefix(digits, verb, flags) + digits;
  return padWithSpaces(signOf(isNegative, flags) + (verb === 'X' ? text.toUpperCase() : text), flags);
}

/** Zeros come from a precision, or from a width with the zero flag. */
function digitsWanted(flags: Flags, isNegative: boolean): number {
  if (flags.precision !== undefined) return flags.precision;
  if (!flags.zero || flags.minus || flags.width === undefined) return 0;
  return flags.width - (isNegative || flags.plus || flags.space ? 1 : 0);
}

function basePrefix(digits: string, verb: string, flags: Flags): string {
  const base = BASES.get(verb);
  const octal = verb === 'O' ? '0o' : '';
  if (!flags.sharp) return octal;
  if (base === 2) return '0b';
  if (base === 16) return '0x';
  return base === 8 && !digits.startsWith('0') ? `${octal}0` : octal;
}

function signOf(isNegative: boolean, flags: Flags): string {
  if (isNegative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
}

/** `%U`: `U+0041`, with the character itself for `%#U`. */
export function formatUnicode(value: bigint, flags: Flags): string {
  const digits = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const text = `U+${digits.padStart(Math.max(4, flags.precision ?? 4), '0')}`;
  const shows = flags.sharp && value >= 0n && value <= 0x10ffffn && isPrintable(runeToString(value));
  return padWithSpaces(shows ? `${text} '${runeToString(value)}'` : text, flags);
}

export function formatChar(value: bigint, flags: Flags): string {
  return pad(runeToString(value), flags);
}

export function formatQuotedChar(value: bigint, flags: Flags): string {
  return pad(quoteRune(value, flags.plus), flags);
}

export function formatString(text: ByteString, flags: Flags): ByteString {
  return pad(truncate(text, flags), flags);
}

export function formatQuoted(text: ByteString, flags: Flags): ByteString {
  const shown = truncate(text, flags);
  if (flags.sharp && canBackquote(shown)) return pad(`\`${shown}\``, flags);
  return pad(flags.plus ? quoteBytesToAscii(shown) : quoteBytes(shown), flags);
}

/** `%x` of a string: its bytes. */
export function formatHex(text: ByteString, flags: Flags, verb: string): string {
  const bytes = toBytes(text).subarray(0, flags.precision);
  const prefix = flags.sharp ? '0x' : '';
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  if (pairs.length === 0) return pad('', flags);
  const hex = flags.space ? pairs.map((pair) => prefix + pair).join(' ') : prefix + pairs.join('');
  return pad(verb === 'X' ? hex.toUpperCase() : hex, flags);
}

/** A float for a verb, with the precision that the verb has without one of its own. */
export function formatFloatVerb(value: number, verb: FloatFormat, flags: Flags): string {
  const usual = verb === 'e' || verb === 'E' || verb === 'f' ? 6 : -1;
  const precision = flags.precision ?? usual;
  const plain = formatFloat(value, verb, precision);
  const sign = /^[-+]/.test(plain) ? plain.slice(0, 1) : '+';
  let number = plain.replace(/^[-+]/, '');
  const shownSign = flags.space && sign === '+' && !flags.plus ? ' ' : sign;
  if (!Number.isFinite(value)) return formatSpecial(number, shownSign, flags);
  if (flags.sharp && verb !== 'b') number = withPoint(number, verb, precision);
  if (!flags.plus && shownSign === '+') return pad(number, flags);
  const width = flags.width ?? 0;
  if (flags.zero && !flags.minus && width > number.length + 1) {
    return shownSign + number.padStart(width - 1, '0');
  }
  return pad(shownSign + number, flags);
}

/** Infinities and NaN are no numbers to fill up with zeros. */
function formatSpecial(text: string, sign: string, flags: Flags): string {
  const showsSign = text !== 'NaN' || flags.space || flags.plus;
  return padWithSpaces(showsSign ? sign + text : text, flags);
}

/** The sharp flag: always a decimal point, and for `%g` the zeros that were taken away. */
function withPoint(number: string, verb: FloatFormat, precision: number): string {
  const isHex = verb === 'x' || verb === 'X';
  const at = number.search(isHex ? /[pP]/ : /[eE]/);
  const tail = at < 0 ? '' : number.slice(at);
  const body = at < 0 ? number : number.slice(0, at);
  const keepsZeros = verb === 'g' || verb === 'G' || verb === 'x';
  const wanted = precision < 0 ? 6 : precision;
  let missing = keepsZeros ? wanted : 0;
  // The x of a hexadecimal prefix counts as a digit in Go, and so it does here.
  missing -= body.replace('.', '').replace(/^0+/, '').length;
  if (!body.includes('.') && body === '0') missing--;
  return `${body}${body.includes('.') ? '' : '.'}${'0'.repeat(Math.max(0, missing))}${tail}`;
}

function truncate(text: ByteString, { precision }: Flags): ByteString {
  if (precision === undefined || text.length <= precision) return text;
  return isAscii(text) ? text.slice(0, precision) : Array.from(text).slice(0, precision).join('');
}

function runeCount(text: ByteString): number {
  return isAscii(text) ? text.length : Array.from(text).length;
}

function isPrintable(char: string): boolean {
  return quoteBytes(char).length === char.length + 2 || char === '"' || char === '\\';
}
