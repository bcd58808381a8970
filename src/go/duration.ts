/** A text that Go's `time.ParseDuration` would refuse. The message is Go's. */
export class GoDurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GoDurationError';
  }
}

const NANOSECOND = 1n;
const MICROSECOND = 1_000n;
const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;

/** Go counts in 64 bits: the greatest duration is one nanosecond less than this. */
const LIMIT = 1n << 63n;

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', NANOSECOND],
  ['us', MICROSECOND],
  ['\u00B5s', MICROSECOND],
  ['\u03BCs', MICROSECOND],
  ['ms', MILLISECOND],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
]);

/** One number with its unit; what follows the unit is a digit or a point. */
const PART = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/;

/**
 * Reads a duration as Go writes them (`1h30m`, `500ms`, `-1.5s`), in nanoseconds.
 *
 * @throws {GoDurationError} with Go's text, for example `time: missing unit in duration "5"`.
 */
export function parseDuration(text: string): bigint {
  const invalid = (): GoDurationError => new GoDurationError(`time: invalid duration ${quoteAsTime(text)}`);
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  while (rest !== '') {
    const [part = '', whole = '', fraction, unitName = ''] = PART.exec(rest) ?? [];
    if (whole === '' && (fraction ?? '') === '') throw invalid();
    // Go finds a number that is too long before it looks at the unit.
    if (BigInt(whole) > LIMIT) throw invalid();
    if (unitName === '') throw new GoDurationError(`time: missing unit in duration ${quoteAsTime(text)}`);
    const unit = UNITS.get(unitName);
    if (unit === undefined) {
      throw new GoDurationError(
        `time: unknown unit ${quoteAsTime(unitName)} in duration ${quoteAsTime(text)}`,
      );
    }
    const value = BigInt(whole) * unit;
    if (value > LIMIT) throw invalid();
    total += value + fractionOf(fraction ?? '', unit);
    if (total > LIMIT) throw invalid();
    rest = rest.slice(part.length);
  }
  if (negative) return -total;
  if (total >= LIMIT) throw invalid();
  return total;
}

/** Writes nanoseconds as Go does: `1h0m0s`, `1.5s`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return '0s';
  if (size < MICROSECOND) return `${sign}${size}ns`;
  if (size < MILLISECOND) return `${sign}${decimal(size, MICROSECOND)}\u00B5s`;
  if (size < SECOND) return `${sign}${decimal(size, MILLISECOND)}ms`;
  const seconds = `${decimal(size % MINUTE, SECOND)}s`;
  if (size < MINUTE) return sign + seconds;
  const minutes = `${(size / MINUTE) % 60n}m`;
  return size < HOUR ? sign + minutes + seconds : `${sign}${size / HOUR}h${minutes}${seconds}`;
}

/** Reads a duration, in milliseconds. */
export function parseMilliseconds(text: string): number {
  return Number(parseDuration(text)) / 1e6;
}

/** Writes milliseconds as Go writes durations. */
export function formatMilliseconds(milliseconds: number): string {
  return formatDuration(BigInt(Math.round(milliseconds * 1e6)));
}

/** The digits after the point, in nanoseconds: Go computes them as floats and drops what does not fit. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (LIMIT - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function decimal(value: bigint, unit: bigint): string {
  const whole = value / unit;
  const places = String(unit).length - 1;
  const fraction = String(value % unit)
    .padStart(places, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}

/** Package time has its own quoting: everything that is not printable ASCII becomes `\x..`, byte by byte. */
function quoteAsTime(text: string): string {
  let out = '"';
  for (const byte of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= 0x80) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += char === '"' || char === '\\' ? `\\${char}` : char;
  }
  return `${out}"`;
}
