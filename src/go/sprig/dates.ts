import { formatDuration, GoDurationError, parseDuration } from '../duration.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { INT, INT64, sameType } from '../template/go-type.ts';
import { GoInt, GoStruct } from '../template/go-value.ts';
import type { CallContext, GoFunction, GoType, GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { parseTime } from './time-parse.ts';
import { fromTime, TIME, toTime } from './time-type.ts';
import { addNanos, nanosOf, ZERO_TIME } from './time-value.ts';

/** Times and durations. Only `ago`, and `durationRound` of a time, need a clock. */
export const dates: FunctionTable = {
  toDate: define(['string', 'string'], 'any', ([layout, text]) => {
    try {
      return fromTime(parseTime(layout, text));
    } catch (error) {
      if (error instanceof FunctionError) return fromTime(ZERO_TIME);
      throw error;
    }
  }),
  mustToDate: define(['string', 'string'], 'any', ([layout, text]) => fromTime(parseTime(layout, text))),
  mustDateModify: dateModify(),
  must_date_modify: dateModify(),
  unixEpoch: define([TIME], 'string', ([time]) => String(toTime(time).seconds)),
  duration: define(['any'], 'string', ([value]) =>
    formatDuration(BigInt.asIntN(64, secondsOf(value) * SECOND)),
  ),
  durationRound: define(['any'], 'string', ([value], context) =>
    roundDuration(nanosOfDuration(value, context)),
  ),
  ago: define(['any'], 'string', ([value], context) => ago(value, context)),
};

const SECOND = 1_000_000_000n;
const MAX = (1n << 63n) - 1n;

function dateModify(): GoFunction {
  return define(['string', TIME], 'any', ([by, time]) => {
    try {
      return fromTime(addNanos(toTime(time), parseDuration(by)));
    } catch (error) {
      if (error instanceof GoDurationError) throw new FunctionError(error.message, { cause: error });
      throw error;
    }
  });
}

/** Text with digits, or an int64; everything else is no time at all. */
function secondsOf(value: GoValue): bigint {
  if (isInteger(value, INT64)) return value.value;
  if (typeof value !== 'string' || !/^[+-]?[0-9]+$/.test(value)) return 0n;
  return limited(BigInt(value.replace('+', '')));
}

function nanosOfDuration(value: GoValue, context: CallContext): bigint {
  if (typeof value === 'string') return durationOrZero(value);
  if (isInteger(value, INT64)) return value.value;
  return isTime(value) ? limited(nowIn(context) - nanosOf(toTime(value))) : 0n;
}

function durationOrZero(text: ByteString): bigint {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof GoDurationError) return 0n;
    throw error;
  }
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ['y', 365n * 86_400n * SECOND],
  ['mo', 30n * 86_400n * SECOND],
  ['d', 86_400n * SECOND],
  ['h', 3600n * SECOND],
  ['m', 60n * SECOND],
  ['s', SECOND],
];

/** The greatest unit of which there is more than one: a year is `12mo`. */
function roundDuration(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const unit = UNITS.find(([, length]) => size > length);
  return unit === undefined ? '0s' : `${size / unit[1]}${unit[0]}`;
}

/** How long ago a time is, rounded to seconds, halves away from zero. */
function ago(value: GoValue, context: CallContext): string {
  const now = nowIn(context);
  let then = now;
  if (isTime(value)) then = nanosOf(toTime(value));
  else if (isInteger(value, INT64) || isInteger(value, INT)) then = value.value * SECOND;
  const passed = limited(now - then);
  const size = passed < 0n ? -passed : passed;
  const rounded = limited(((size + SECOND / 2n) / SECOND) * SECOND);
  return formatDuration(passed < 0n ? -rounded : rounded);
}

/** Durations end at 292 years. */
function limited(nanos: bigint): bigint {
  if (nanos > MAX) return MAX;
  return nanos < -MAX - 1n ? -MAX - 1n : nanos;
}

function nowIn({ sources }: CallContext): bigint {
  if (sources.now === undefined) throw new FunctionError('what time it is cannot be had here');
  return BigInt(sources.now().getTime()) * 1_000_000n;
}

function isInteger(value: GoValue, type: GoType): value is GoInt {
  return value instanceof GoInt && sameType(value.type, type);
}

function isTime(value: GoValue): boolean {
  return value instanceof GoStruct && sameType(value.type, TIME);
}
