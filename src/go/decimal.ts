/**
 * A number in full: `0.<digits>` times ten to the power of `magnitude`.
 *
 * The digits have no zero in front or at the end; zero has none at all, and is never negative.
 */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly magnitude: number;
}

export const ZERO: Decimal = { negative: false, digits: '', magnitude: 0 };

/** Puts together digits with an exponent: the value is the integer `digits` times ten to the power of `exponent`. */
export function makeDecimal(digits: string, exponent: number, sign = ''): Decimal {
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return ZERO;
  return {
    negative: sign === '-',
    digits: significant.replace(/0+$/, ''),
    magnitude: significant.length + exponent,
  };
}

/** Compares two numbers exactly, however long they are: negative, zero or positive. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const sign = signOf(left);
  if (sign !== signOf(right)) return sign - signOf(right);
  if (left.magnitude !== right.magnitude) return left.magnitude < right.magnitude ? -sign : sign;
  if (left.digits === right.digits) return 0;
  return left.digits < right.digits ? -sign : sign;
}

function signOf(value: Decimal): number {
  if (value.digits === '') return 0;
  return value.negative ? -1 : 1;
}
