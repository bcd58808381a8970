import { formatDuration } from '../duration.ts';
import { quoteBytes } from '../template/fmt/quote.ts';
import { define } from '../template/define.ts';
import { BOOL, INT, INT64, pointerTo, sliceOf, STRING, UINT64, zeroOf } from '../template/go-type.ts';
import { GoInt, GoPointer, GoSlice, GoStruct } from '../template/go-value.ts';
import type { GoMethod, GoType, GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { formatTime, MONTHS, WEEKDAYS } from './time-layout.ts';
import { addNanos, civilOf, LOCAL, nanosOf, timeOf, UTC, ZERO_TIME } from './time-value.ts';
import type { Civil, Time, Zone } from './time-value.ts';

/** An int type with a name, which prints as text. */
function named(name: string, kind: 'int' | 'int64', toText: (value: bigint) => string): GoType {
  const type: GoType = {
    name,
    kind,
    toText: (value) => toText(integerOf(value)),
    methods: () => new Map([['String', define([type], 'string', ([value]) => toText(integerOf(value)))]]),
  };
  return type;
}

const integerOf = (value: GoValue): bigint => (value instanceof GoInt ? value.value : 0n);

export const MONTH = named('time.Month', 'int', (value) => MONTHS[Number(value) - 1] ?? `%!Month(${value})`);
export const WEEKDAY = named(
  'time.Weekday',
  'int',
  (value) => WEEKDAYS[Number(value)] ?? `%!Weekday(${value})`,
);

export const DURATION: GoType = {
  ...named('time.Duration', 'int64', formatDuration),
  methods: () =>
    new Map([
      ['String', define([DURATION], 'string', ([value]) => formatDuration(integerOf(value)))],
      ['Nanoseconds', define([DURATION], 'int64', ([value]) => integerOf(value))],
      ['Microseconds', define([DURATION], 'int64', ([value]) => integerOf(value) / 1000n)],
      ['Milliseconds', define([DURATION], 'int64', ([value]) => integerOf(value) / 1_000_000n)],
      ['Seconds', define([DURATION], 'float64', ([value]) => Number(integerOf(value)) / 1e9)],
      ['Minutes', define([DURATION], 'float64', ([value]) => Number(integerOf(value)) / 6e10)],
      ['Hours', define([DURATION], 'float64', ([value]) => Number(integerOf(value)) / 3.6e12)],
    ]),
};

const ZONE: GoType = {
  name: 'time.zone',
  kind: 'struct',
  fields: [
    { name: 'name', type: STRING },
    { name: 'offset', type: INT },
    { name: 'isDST', type: BOOL },
  ],
};

const LOCATION: GoType = {
  name: 'time.Location',
  kind: 'struct',
  fields: [
    { name: 'name', type: STRING },
    { name: 'zone', type: sliceOf(ZONE) },
    { name: 'tx', type: sliceOf({ name: 'time.zoneTrans', kind: 'struct', fields: [] }) },
    { name: 'extend', type: STRING },
    { name: 'cacheStart', type: INT64 },
    { name: 'cacheEnd', type: INT64 },
    { name: 'cacheZone', type: pointerTo(ZONE) },
  ],
  toText: (value) => zoneOf(value).name,
  methods: () =>
    new Map([
      ['String', { ...define([LOCATION], 'string', ([value]) => zoneOf(value).name), onPointer: true }],
    ]),
};
const LOCATION_POINTER = pointerTo(LOCATION);

/** There is one of it: times are compared by their pointers to places. UTC is a nil pointer. */
const LOCAL_LOCATION = locationOf(LOCAL.name, []);

function locationOf(name: string, zones: readonly GoValue[]): GoStruct {
  const [, zone, ...rest] = LOCATION.fields ?? [];
  const filled = zone === undefined || zones.length === 0 ? null : zones;
  return new GoStruct(LOCATION, [
    name,
    new GoSlice(sliceOf(ZONE), filled),
    ...rest.map(({ type }) => zeroOf(type)),
  ]);
}

/** Go's `time.Time`, with the methods that a template can call. */
export const TIME: GoType = {
  name: 'time.Time',
  kind: 'struct',
  fields: [
    { name: 'wall', type: UINT64 },
    { name: 'ext', type: INT64 },
    { name: 'loc', type: LOCATION_POINTER },
  ],
  toText: (value) => formatTime(toTime(value), '2006-01-02 15:04:05.999999999 -0700 MST'),
  toSource: (value) => sourceOf(toTime(value)),
  toJson: (value) => jsonOf(toTime(value)),
  methods: timeMethods,
};

/** Go counts seconds from the year 1. */
const SECONDS_BEFORE_1970 = 62_135_596_800n;

export function fromTime({ seconds, nanos, zone }: Time): GoStruct {
  return new GoStruct(TIME, [
    new GoInt(UINT64, BigInt(nanos)),
    new GoInt(INT64, seconds + SECONDS_BEFORE_1970),
    new GoPointer(LOCATION_POINTER, placeOf(zone)),
  ]);
}

function placeOf({ kind, name, offset }: Zone): GoStruct | null {
  if (kind === 'utc') return null;
  if (kind === 'local') return LOCAL_LOCATION;
  return locationOf(name, [new GoStruct(ZONE, [name, new GoInt(INT, BigInt(offset)), false])]);
}

export function toTime(value: GoValue): Time {
  if (!(value instanceof GoStruct)) return ZERO_TIME;
  const [nanos, seconds, location] = value.values;
  const zone = location instanceof GoPointer ? zoneOf(location.target) : UTC;
  return { seconds: integerOf(seconds) - SECONDS_BEFORE_1970, nanos: Number(integerOf(nanos)), zone };
}

function zoneOf(value: GoValue): Zone {
  if (value === LOCAL_LOCATION) return LOCAL;
  const zones = value instanceof GoStruct ? value.values[1] : undefined;
  const zone = zones instanceof GoSlice ? zones.items[0] : undefined;
  if (!(zone instanceof GoStruct)) return UTC;
  const [name, offset] = zone.values;
  return { kind: 'fixed', name: typeof name === 'string' ? name : '', offset: Number(integerOf(offset)) };
}

function jsonOf(time: Time): string {
  const { year } = civilOf(time);
  if (year < 0 || year > 9999) throw new FunctionError('Time.MarshalJSON: year outside of range [0,9999]');
  return formatTime(time, '2006-01-02T15:04:05.999999999Z07:00');
}

function sourceOf(time: Time): string {
  const { year, month, day, hour, minute, second } = civilOf(time);
  const zones = {
    utc: 'time.UTC',
    local: 'time.Local',
    fixed: `time.Location(${quoteBytes(time.zone.name)})`,
  };
  const parts = [
    year,
    `time.${MONTHS[month - 1] ?? ''}`,
    day,
    hour,
    minute,
    second,
    time.nanos,
    zones[time.zone.kind],
  ];
  return `time.Date(${parts.join(', ')})`;
}

function timeMethods(): ReadonlyMap<string, GoMethod> {
  const civil = (read: (civil: Civil) => number): GoMethod =>
    define([TIME], 'int', ([time]) => read(civilOf(toTime(time))));
  const instant = (read: (time: Time) => bigint): GoMethod =>
    define([TIME], 'int64', ([time]) => read(toTime(time)));
  const inZone = (zone: Zone): GoMethod =>
    define([TIME], 'any', ([time]) => fromTime({ ...toTime(time), zone }));
  const order = (test: (difference: bigint) => boolean): GoMethod =>
    define([TIME, TIME], 'bool', ([left, right]) => test(nanosOf(toTime(left)) - nanosOf(toTime(right))));
  return new Map<string, GoMethod>([
    ['String', define([TIME], 'string', ([time]) => TIME.toText?.(time) ?? '')],
    ['GoString', define([TIME], 'string', ([time]) => sourceOf(toTime(time)))],
    ['Format', define([TIME, 'string'], 'string', ([time, layout]) => formatTime(toTime(time), layout))],
    ['Year', civil(({ year }) => year)],
    ['Day', civil(({ day }) => day)],
    ['Hour', civil(({ hour }) => hour)],
    ['Minute', civil(({ minute }) => minute)],
    ['Second', civil(({ second }) => second)],
    ['YearDay', civil(({ yearDay }) => yearDay)],
    ['Nanosecond', define([TIME], 'int', ([time]) => toTime(time).nanos)],
    ['Month', define([TIME], 'any', ([time]) => new GoInt(MONTH, BigInt(civilOf(toTime(time)).month)))],
    ['Weekday', define([TIME], 'any', ([time]) => new GoInt(WEEKDAY, BigInt(civilOf(toTime(time)).weekday)))],
    ['Unix', instant(({ seconds }) => seconds)],
    ['UnixMilli', instant((time) => floor(nanosOf(time), 1_000_000n))],
    ['UnixMicro', instant((time) => floor(nanosOf(time), 1000n))],
    ['UnixNano', instant((time) => BigInt.asIntN(64, nanosOf(time)))],
    ['UTC', inZone(UTC)],
    ['Local', inZone(LOCAL)],
    ['Location', define([TIME], 'any', ([time]) => locationPointer(toTime(time).zone))],
    ['IsZero', define([TIME], 'bool', ([time]) => nanosOf(toTime(time)) === nanosOf(ZERO_TIME))],
    ['IsDST', define([TIME], 'bool', () => false)],
    ['Equal', order((difference) => difference === 0n)],
    ['Before', order((difference) => difference < 0n)],
    ['After', order((difference) => difference > 0n)],
    ['Compare', define([TIME, TIME], 'int', ([left, right]) => compareTimes(toTime(left), toTime(right)))],
    ['Add', define([TIME, DURATION], 'any', ([time, by]) => fromTime(addNanos(toTime(time), integerOf(by))))],
    [
      'Sub',
      define([TIME, TIME], 'any', ([left, right]) =>
        duration(nanosOf(toTime(left)) - nanosOf(toTime(right))),
      ),
    ],
    [
      'AddDate',
      define([TIME, 'int', 'int', 'int'], 'any', ([time, years, months, days]) =>
        fromTime(addDate(toTime(time), [years, months, days])),
      ),
    ],
  ]);
}

function locationPointer(zone: Zone): GoPointer {
  return new GoPointer(LOCATION_POINTER, placeOf(zone) ?? locationOf(UTC.name, []));
}

const floor = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

function compareTimes(left: Time, right: Time): number {
  const difference = nanosOf(left) - nanosOf(right);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

const LONGEST = (1n << 63n) - 1n;

/** A duration, the longest one there is for what does not fit. */
function duration(nanos: bigint): GoInt {
  if (nanos > LONGEST) return new GoInt(DURATION, LONGEST);
  return new GoInt(DURATION, nanos < -LONGEST - 1n ? -LONGEST - 1n : nanos);
}

function addDate(time: Time, [years, months, days]: readonly [number, number, number]): Time {
  const { year, month, day, hour, minute, second } = civilOf(time);
  const clock = { seconds: (hour * 60 + minute) * 60 + second, nanos: time.nanos };
  return timeOf([year + years, month + months, day + days], clock, time.zone);
}
