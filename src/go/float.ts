import { compareDecimals, makeDecimal, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { quote } from './quote.ts';

/** A text that Go's `strconv.ParseFloat` would refuse. The message is Go's. */
export class GoFloatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GoFloatError';
  }
}

/** A number as text, with what it takes to compare it without loss. Made by `tryParseNumber`. */
export interface GoNumber {
  readonly text: string;
  /** The nearest 64-bit float. Rounding keeps the order, so two numbers that differ here differ alike in full. */
  readonly approximate: number;
  /** True when the float is the number itself. */
  readonly exact: boolean;
}

const SHORT_INTEGER = /^[0-9]{1,15}$/;
const DIGITS = '[0-9](?:_?[0-9])*';
const HEX_DIGITS = '[0-9a-fA-F](?:_?[0-9a-fA-F])*';
const DECIMAL = new RegExp(
  `^([+-]?)(${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE]([+-]?${DIGITS}))?$`,
);
const HEX = new RegExp(
  `^([+-]?)0[xX](_?${HEX_DIGITS}(?:\\.(?:${HEX_DIGITS})?)?|\\.${HEX_DIGITS})[pP]([+-]?${DIGITS})$`,
);
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const NOT_A_NUMBER = /^nan$/i;

/** Beyond these no 64-bit float has a value; the exact one would have as many digits. */
const MAX_BINARY_EXPONENT = 16_384;

/**
 * Reads a number that Go's `ParseFloat` accepts: decimals, exponents, `1_000`, `0x1p-2`, `Inf`.
 *
 * Digits written out count in full, however many they are. An exponent must stay within what a 64-bit float can
 * hold (`1e999` does not). NaN is undefined like any other text that is no number: it has no place in an order.
 */
export function tryParseNumber(text: string): GoNumber | undefined {
  if (SHORT_INTEGER.test(text)) return { text, approximate: Number(text), exact: true };
  const decimal = decimalOf(text);
  if (decimal === undefined) return undefined;
  const approximate = approximationOf(decimal);
  const written = Number.isFinite(approximate) || !/[eEpP]/.test(text) || INFINITY.test(text);
  return written ? { text, approximate, exact: false } : undefined;
}

/** True for what is written like a number, also when it is refused for its size. */
export function isNumberText(text: string): boolean {
  return decimalOf(text) !== undefined;
}

/** Compares two numbers as decimals of any length: negative, zero or positive. */
export function compareNumbers(left: GoNumber, right: GoNumber): number {
  if (left.approximate !== right.approximate) return left.approximate < right.approximate ? -1 : 1;
  if ((left.exact && right.exact) || left.text === right.text) return 0;
  return compareDecimals(decimalOf(left.text) ?? ZERO, decimalOf(right.text) ?? ZERO);
}

/**
 * Reads a 64-bit float as Go's `strconv.ParseFloat` does, NaN included.
 *
 * @throws {GoFloatError} with Go's text, for example `strconv.ParseFloat: parsing "x": invalid syntax`.
 */
export function parseFloat64(text: string): number {
  if (NOT_A_NUMBER.test(text)) return Number.NaN;
  const decimal = decimalOf(text);
  if (decimal === undefined) {
    throw new GoFloatError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`);
  }
  const value = approximationOf(decimal);
  if (!Number.isFinite(value) && !INFINITY.test(text)) {
    throw new GoFloatError(`strconv.ParseFloat: parsing ${quote(text)}: value out of range`);
  }
  return value === 0 && text.startsWith('-') ? -0 : value;
}

/** The value in full, undefined when the text is no number. */
function decimalOf(text: string): Decimal | undefined {
  const decimal = DECIMAL.exec(text);
  if (decimal !== null) {
    const { digits, places, exponent } = partsOf(decimal);
    return makeDecimal(digits, exponent - places, decimal[1]);
  }
  const hex = HEX.exec(text);
  if (hex !== null) {
    const { digits, places, exponent } = partsOf(hex);
    return hexDecimal(digits, exponent - 4 * places, hex[1]);
  }
  const infinity = INFINITY.exec(text);
  return infinity === null
    ? undefined
    : { negative: infinity[1] === '-', digits: '1', magnitude: Number.POSITIVE_INFINITY };
}

/** The digits on both sides of the point as one integer, how many stand after it, and the exponent. */
function partsOf(match: RegExpExecArray): { digits: string; places: number; exponent: number } {
  const [whole = '', fraction = ''] = (match[2] ?? '').replaceAll('_', '').split('.');
  const exponent = Number((match[3] ?? '0').replaceAll('_', ''));
  return { digits: whole + fraction, places: fraction.length, exponent };
}

/** The integer of some hexadecimal digits times two to the power of `exponent`. */
function hexDecimal(digits: string, exponent: number, sign = ''): Decimal {
  const value = BigInt(`0x${digits}`);
  if (value === 0n || exponent < -MAX_BINARY_EXPONENT) return ZERO;
  if (exponent > MAX_BINARY_EXPONENT) return makeDecimal('1', exponent, sign);
  if (exponent >= 0) return makeDecimal(String(value << BigInt(exponent)), 0, sign);
  return makeDecimal(String(value * 5n ** BigInt(-exponent)), exponent, sign);
}

function approximationOf({ negative, digits, magnitude }: Decimal): number {
  if (digits === '') return 0;
  if (!Number.isFinite(magnitude)) return magnitude > 0 ? signed(magnitude, negative) : 0;
  return signed(Number(`0.${digits}e${magnitude}`), negative);
}

function signed(value: number, negative: boolean): number {
  return negative ? -value : value;
}
