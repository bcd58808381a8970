import { FunctionError } from '../template/run.ts';

/** A decimal number: `digits` times ten to the `exponent`. Exact, but for quotients. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** How many places after the point a quotient has. */
const DIVISION_PLACES = 16;

/** The shortest decimal that reads back as the float. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new FunctionError(`Cannot create a Decimal from ${value}`);
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  const places = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  return { digits: BigInt(digits.replace('.', '')), exponent: Number(exponent) - places };
}

export function floatOf({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const exponent = Math.min(left.exponent, right.exponent);
  return { digits: digitsAt(left, exponent) + digitsAt(right, exponent), exponent };
}

export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  return addDecimals(left, { ...right, digits: -right.digits });
}

export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return { digits: left.digits * right.digits, exponent: left.exponent + right.exponent };
}

/** Rounded to 16 places, halves away from zero. */
export function divideDecimals(left: Decimal, right: Decimal): Decimal {
  if (right.digits === 0n) throw new FunctionError('decimal division by 0');
  const shift = left.exponent - right.exponent + DIVISION_PLACES;
  const above = shift > 0 ? left.digits * 10n ** BigInt(shift) : left.digits;
  const below = shift < 0 ? right.digits * 10n ** BigInt(-shift) : right.digits;
  const quotient = above / below;
  const isUp = 2n * size(above - quotient * below) >= size(below);
  const direction = above < 0n === below < 0n ? 1n : -1n;
  return { digits: isUp ? quotient + direction : quotient, exponent: -DIVISION_PLACES };
}

function digitsAt({ digits, exponent }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(exponent - wanted);
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}
