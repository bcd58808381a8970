/** A place's time: how far it is from UTC, and what it is called. There is no local time: a container's is UTC. */
export interface Zone {
  readonly kind: 'utc' | 'local' | 'fixed';
  readonly name: string;
  /** In seconds, east is positive. */
  readonly offset: number;
}

export const UTC: Zone = { kind: 'utc', name: 'UTC', offset: 0 };
export const LOCAL: Zone = { kind: 'local', name: 'UTC', offset: 0 };

/** An instant, and the zone that it is shown in. */
export interface Time {
  /** Since 1970, in UTC. */
  readonly seconds: bigint;
  /** Up to a second. */
  readonly nanos: number;
  readonly zone: Zone;
}

/** The first instant that Go knows: what a time is that was never set. */
export const ZERO_TIME: Time = { seconds: -62_135_596_800n, nanos: 0, zone: UTC };

/** What a calendar and a clock show. */
export interface Civil {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Sunday is 0. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
}

const DAY = 86_400n;

/** The instant of a date in a zone. Parts may overflow: the 32nd is the first or second of the next month. */
export function timeOf(
  date: readonly [year: number, month: number, day: number],
  clock: { readonly seconds: number; readonly nanos: number },
  zone: Zone,
): Time {
  const [year, month, day] = date;
  const months = year * 12 + month - 1;
  const days =
    daysBeforeMonth(Math.floor(months / 12), months - Math.floor(months / 12) * 12) + BigInt(day - 1);
  return { seconds: days * DAY + BigInt(clock.seconds - zone.offset), nanos: clock.nanos, zone };
}

export function civilOf({ seconds, zone }: Time): Civil {
  const local = seconds + BigInt(zone.offset);
  const days = floorDivide(local, DAY);
  const clock = Number(local - days * DAY);
  const { year, month, day } = dateOfDays(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(clock / 3600),
    minute: Math.floor(clock / 60) % 60,
    second: clock % 60,
    weekday: Number((((days + 4n) % 7n) + 7n) % 7n),
    yearDay: Number(days - daysBeforeMonth(year, 0)) + 1,
  };
}

/** The same instant, later by so many nanoseconds. */
export function addNanos(time: Time, nanos: bigint): Time {
  const total = BigInt(time.nanos) + nanos;
  const carried = floorDivide(total, 1_000_000_000n);
  return { ...time, seconds: time.seconds + carried, nanos: Number(total - carried * 1_000_000_000n) };
}

/** Nanoseconds since 1970. */
export function nanosOf({ seconds, nanos }: Time): bigint {
  return seconds * 1_000_000_000n + BigInt(nanos);
}

export function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** Days from 1970 to the first of a month, which counts from 0. */
function daysBeforeMonth(year: number, month: number): bigint {
  // Years that start in March have the leap day at their end.
  const marchYear = BigInt(month < 2 ? year - 1 : year);
  const marchMonth = BigInt((month + 10) % 12);
  const leapDays = floorDivide(marchYear, 4n) - floorDivide(marchYear, 100n) + floorDivide(marchYear, 400n);
  return marchYear * 365n + leapDays + (marchMonth * 153n + 2n) / 5n - 719_468n;
}

function dateOfDays(days: bigint): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468n;
  const era = floorDivide(shifted, 146_097n);
  const dayOfEra = Number(shifted - era * 146_097n);
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + Number(era) * 400 + (month <= 2 ? 1 : 0), month, day };
}
