import { FLOAT64, INT, isSigned, isUnsigned } from '../template/go-type.ts';
import { GoFloat, GoInt, GoPointer } from '../template/go-value.ts';
import type { GoValue } from '../template/go-value.ts';
import { parseFloat64, parseInteger } from '../template/number-literal.ts';

const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;

/** Types that only are numbers underneath, which the library takes all the same. */
const NAMED = new Set(['time.Month', 'time.Weekday']);

/** Any value as a 64-bit integer, zero when it is none (`cast.ToInt64`). */
export function toInteger(value: GoValue): bigint {
  const given = value instanceof GoPointer ? value.target : value;
  if (typeof given === 'boolean') return given ? 1n : 0n;
  if (typeof given === 'string') return integerOfText(given);
  if (given instanceof GoFloat) return truncate(given.value);
  return isNumber(given) ? BigInt.asIntN(64, given.value) : 0n;
}

/** Any value as a float, zero when it is none (`cast.ToFloat64`). */
export function toFloat(value: GoValue): number {
  const given = value instanceof GoPointer ? value.target : value;
  if (typeof given === 'boolean') return given ? 1 : 0;
  if (typeof given === 'string') return floatOfText(given);
  if (given instanceof GoFloat) return given.value;
  return isNumber(given) ? Number(given.value) : 0;
}

export const anInt = (value: bigint): GoInt => new GoInt(INT, BigInt.asIntN(64, value));
export const aFloat = (value: number): GoFloat => new GoFloat(FLOAT64, value);

function isNumber(value: GoValue): value is GoInt {
  if (!(value instanceof GoInt)) return false;
  const { name, kind } = value.type;
  return NAMED.has(name) || (name === kind && (isSigned(kind) || isUnsigned(kind)));
}

/** Decimals are cut off, but only zeros: `1.0` is one, and `1.5` is none. */
function integerOfText(text: string): bigint {
  const value = parseInteger(text.replace(/\.0+$/, ''));
  return value === undefined || value < MIN || value > MAX ? 0n : value;
}

function floatOfText(text: string): number {
  const value = parseFloat64(text);
  if (value === undefined) return 0;
  // A number that is too large is an error; infinity itself is none.
  const isTooLarge = Math.abs(value) === Number.POSITIVE_INFINITY && !/inf/i.test(text);
  return isTooLarge ? 0 : value;
}

/** What a processor makes of a float that does not fit into 64 bits: the smallest number there is. */
function truncate(value: number): bigint {
  if (!Number.isFinite(value)) return MIN;
  const whole = BigInt(Math.trunc(value));
  return whole < MIN || whole > MAX ? MIN : whole;
}
