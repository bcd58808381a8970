/** What a number in a template can be taken as, by Go's rules for constants without a type. */
export interface NumberLiteral {
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
}

const MAX_INT = (1n << 63n) - 1n;
const MIN_INT = -(1n << 63n);
const MAX_UINT = (1n << 64n) - 1n;

const INTEGER = /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)$/;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;
const SPECIAL = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;

/** Reads a number as a Go template does: the reason it is none, or everything that it can be taken as. */
export function readNumber(text: string): NumberLiteral | string {
  const value = parseInteger(text);
  const int = value !== undefined && value >= MIN_INT && value <= MAX_INT ? value : undefined;
  const uint = value !== undefined && !/^[+-]/.test(text) && value <= MAX_UINT ? value : zeroOrNothing(int);
  if (int !== undefined || uint !== undefined) return { int, uint, float: Number(int ?? uint) };
  const float = /[.eEpP]/.test(text) ? parseFloat64(text) : undefined;
  if (value !== undefined && float === undefined) return `integer overflow: "${text}"`;
  if (float === undefined || !Number.isFinite(float)) return `illegal number syntax: "${text}"`;
  return { float, int: integral(float, MIN_INT, MAX_INT), uint: integral(float, 0n, MAX_UINT) };
}

/** An integer in any of Go's notations (`strconv.ParseInt` with base 0, but for the range); undefined when it is none. */
export function parseInteger(text: string): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const digits = text.replaceAll('_', '').replace(/^[+-]/, '');
  const isOldOctal = /^0[0-7]+$/.test(digits);
  const size = BigInt(isOldOctal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  return text.startsWith('-') ? -size : size;
}

/** A float in any of Go's notations (`strconv.ParseFloat`), infinite when it is too large; undefined when it is none. */
export function parseFloat64(text: string): number | undefined {
  const special = SPECIAL.exec(text);
  if (special !== null) return specialValue(special);
  if (text.includes('_') && !hasGoodUnderscores(text)) return undefined;
  const plain = text.replaceAll('_', '');
  if (DECIMAL.test(plain)) return Number(plain);
  const hex = HEX_FLOAT.exec(plain);
  return hex === null ? undefined : hexFloat(hex);
}

function specialValue([, sign, infinity]: RegExpExecArray): number | undefined {
  // `+nan` and `-nan` are refused.
  if (infinity === undefined) return sign === '' ? Number.NaN : undefined;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Underscores stand between digits, or right after a base prefix. */
function hasGoodUnderscores(text: string): boolean {
  const isHex = /^[+-]?0[xX]/.test(text);
  const bad = isHex ? /_(?![0-9a-fA-F])|(?<![0-9a-fA-FxX])_/ : /_(?![0-9])|(?<![0-9])_/;
  return !bad.test(text);
}

function hexFloat([, sign, whole = '', fraction = '', exponent = '0']: RegExpExecArray): number | undefined {
  if (whole === '' && fraction === '') return undefined;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const power = Number(exponent) - 4 * fraction.length;
  const size = scale(mantissa, Math.max(-1_000_000, Math.min(1_000_000, power)));
  return sign === '-' ? -size : size;
}

/** `mantissa` times two to the `power`, rounded once. */
function scale(mantissa: bigint, power: number): number {
  const bits = mantissa.toString(2).length;
  if (mantissa === 0n || bits + power < -1100) return 0;
  if (bits + power > 1100) return Number.POSITIVE_INFINITY;
  if (power >= 0) return Number(mantissa << BigInt(power));
  // Keep 64 bits and whether anything was cut off, then divide: at most one of the two steps rounds.
  const excess = Math.max(0, bits - 64);
  const kept = mantissa >> BigInt(excess);
  const sticky = kept << BigInt(excess) === mantissa ? 0n : 1n;
  const rounded = Number(kept | sticky);
  const rest = power + excess;
  return rest < -1000 ? rounded * 2 ** -1000 * 2 ** (rest + 1000) : rounded * 2 ** rest;
}

function integral(value: number, min: bigint, max: bigint): bigint | undefined {
  if (!Number.isInteger(value)) return undefined;
  const whole = BigInt(value);
  return whole >= min && whole <= max ? whole : undefined;
}

/** `-0` is an unsigned zero too. */
function zeroOrNothing(int: bigint | undefined): bigint | undefined {
  return int === 0n ? 0n : undefined;
}
