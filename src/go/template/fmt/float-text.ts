/** How `strconv.FormatFloat` calls its formats. */
export type FloatFormat = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/** Digits d1d2d3... of the number 0.d1d2d3... times ten to the `point`. No trailing zeros; none at all for zero. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The precision that asks for as few digits as tell the number from all others. */
export const SHORTEST = -1;

/** Writes a 64-bit float as Go's `strconv.FormatFloat` does. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (format === 'b') return sign + binary(size);
  if (format === 'x' || format === 'X') return sign + hexadecimal(size, format, precision);
  return sign + decimal(size, format, precision);
}

/** The parts of a float: `mantissa` times two to the `exponent`. */
function split(size: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, size);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & ((1n << 52n) - 1n);
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function decimal(size: number, format: Exclude<FloatFormat, 'b' | 'x' | 'X'>, precision: number): string {
  const isShortest = precision < 0;
  if (format === 'f') {
    const number = isShortest ? shortest(size) : roundAt(exact(size), precision);
    return fixed(number, isShortest ? Math.max(number.digits.length - number.point, 0) : precision);
  }
  if (format === 'e' || format === 'E') {
    const number = isShortest ? shortest(size) : roundTo(exact(size), precision + 1);
    return exponential(number, isShortest ? Math.max(number.digits.length - 1, 0) : precision, format);
  }
  const wanted = precision === 0 ? 1 : precision;
  const number = isShortest ? shortest(size) : roundTo(exact(size), wanted);
  return general(number, isShortest ? SHORTEST : wanted, format === 'g' ? 'e' : 'E');
}

/** `%g`: exponential for very small and for large numbers, plain in between. */
function general(number: Decimal, precision: number, marker: 'e' | 'E'): string {
  const count = number.digits.length;
  let limit = precision > count && count >= number.point ? count : precision;
  if (precision < 0) limit = 6;
  const exponent = number.digits === '' ? -1 : number.point - 1;
  if (exponent < -4 || exponent >= limit) {
    const kept = precision < 0 || precision > count ? count : precision;
    return exponential(number, Math.max(kept - 1, 0), marker);
  }
  return fixed(number, Math.max(count - number.point, 0));
}

function fixed({ digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places === 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, places)) + digits;
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`;
}

function exponential({ digits, point }: Decimal, places: number, marker: 'e' | 'E'): string {
  const exponent = digits === '' ? 0 : point - 1;
  const first = digits.slice(0, 1) || '0';
  const rest = places === 0 ? '' : `.${digits.slice(1, 1 + places).padEnd(places, '0')}`;
  return `${first}${rest}${marker}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The fewest digits from which the number can be read back: JavaScript finds the same as Go. */
function shortest(size: number): Decimal {
  const [digits = '', exponent = '0'] = size.toExponential().split('e');
  return trim(digits.replace('.', ''), Number(exponent) + 1);
}

/** All digits of the number. */
function exact(size: number): Decimal {
  const { mantissa, exponent } = split(size);
  const shift = BigInt(Math.abs(exponent));
  if (exponent >= 0) {
    const digits = String(mantissa << shift);
    return trim(digits, digits.length);
  }
  const digits = String(mantissa * 5n ** shift);
  return trim(digits, digits.length - Number(shift));
}

/** Rounds to a number of digits after the point, halves to the even side. */
function roundAt(number: Decimal, places: number): Decimal {
  return roundTo(number, number.point + places);
}

/** Rounds to a number of digits, halves to the even side. */
function roundTo({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '', point: 0 };
  const kept = digits.slice(0, count);
  const isHalf = digits.slice(count) === '5';
  const isOdd = /[13579]$/.test(kept);
  const goesUp = isHalf ? isOdd : (digits[count] ?? '0') >= '5';
  if (!goesUp) return trim(kept, point);
  const raised = String(BigInt(kept === '' ? '0' : kept) + 1n).padStart(count, '0');
  return trim(raised, point + raised.length - count);
}

function trim(digits: string, point: number): Decimal {
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? { digits: '', point: 0 } : { digits: trimmed, point };
}

function binary(size: number): string {
  const { mantissa, exponent } = split(size);
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

function hexadecimal(size: number, format: 'x' | 'X', precision: number): string {
  let { mantissa, exponent } = split(size);
  if (mantissa === 0n) exponent = 0;
  else {
    const missing = 53 - mantissa.toString(2).length;
    mantissa <<= BigInt(missing);
    exponent += 52 - missing;
  }
  let digits = mantissa.toString(16).padStart(14, '0');
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision));
    const rounded = roundShift(mantissa, shift);
    const carried = rounded >> BigInt(4 * precision + 1) !== 0n;
    if (carried) exponent++;
    digits = (carried ? rounded >> 1n : rounded).toString(16);
  }
  const fraction = digits.slice(1);
  const shown = precision < 0 ? fraction.replace(/0+$/, '') : fraction.padEnd(precision, '0');
  const power = `p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const text = `0x${digits.slice(0, 1)}${shown === '' ? '' : `.${shown}`}${power}`;
  return format === 'x' ? text : text.toUpperCase();
}

/** Divides by a power of two, halves to the even side. */
function roundShift(value: bigint, shift: bigint): bigint {
  const kept = value >> shift;
  const rest = value - (kept << shift);
  const half = 1n << (shift - 1n);
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}
