import { civilOf } from './time-value.ts';
import type { Civil, Time, Zone } from './time-value.ts';

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** The pieces of a layout that stand for something: parts of Go's reference time, Mon Jan 2 15:04:05 MST 2006. */
const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?![0-9])/;

/** The text before the next element of a layout, the element (empty when there is none), and the rest. */
export function nextElement(layout: string): {
  readonly prefix: string;
  readonly element: string;
  readonly rest: string;
} {
  const match = ELEMENT.exec(layout);
  if (match === null) return { prefix: layout, element: '', rest: '' };
  const [element] = match;
  return {
    prefix: layout.slice(0, match.index),
    element,
    rest: layout.slice(match.index + element.length),
  };
}

/** A time in a layout (Go's `Time.Format`). */
export function formatTime(time: Time, layout: string): string {
  const civil = civilOf(time);
  let out = '';
  let rest = layout;
  while (rest !== '') {
    const next = nextElement(rest);
    out += next.prefix;
    if (next.element === '') break;
    out += formatElement(next.element, time, civil);
    rest = next.rest;
  }
  return out;
}

function formatElement(element: string, time: Time, civil: Civil): string {
  const plain = PLAIN.get(element);
  if (plain !== undefined) return plain(civil);
  if (element === 'MST') return time.zone.name === '' ? formatOffset('-0700', time.zone) : time.zone.name;
  if (/^[.,]/.test(element)) return formatFraction(element, time.nanos);
  return formatOffset(element, time.zone);
}

const pad = (value: number, width: number): string => {
  const digits = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${digits}` : digits;
};
const hour12 = ({ hour }: Civil): number => (hour % 12 === 0 ? 12 : hour % 12);

const PLAIN: ReadonlyMap<string, (civil: Civil) => string> = new Map<string, (civil: Civil) => string>([
  ['January', ({ month }) => MONTHS[month - 1] ?? ''],
  ['Jan', ({ month }) => (MONTHS[month - 1] ?? '').slice(0, 3)],
  ['1', ({ month }) => String(month)],
  ['01', ({ month }) => pad(month, 2)],
  ['Monday', ({ weekday }) => WEEKDAYS[weekday] ?? ''],
  ['Mon', ({ weekday }) => (WEEKDAYS[weekday] ?? '').slice(0, 3)],
  ['2', ({ day }) => String(day)],
  ['_2', ({ day }) => String(day).padStart(2, ' ')],
  ['02', ({ day }) => pad(day, 2)],
  ['__2', ({ yearDay }) => String(yearDay).padStart(3, ' ')],
  ['002', ({ yearDay }) => pad(yearDay, 3)],
  ['15', ({ hour }) => pad(hour, 2)],
  ['3', (civil) => String(hour12(civil))],
  ['03', (civil) => pad(hour12(civil), 2)],
  ['4', ({ minute }) => String(minute)],
  ['04', ({ minute }) => pad(minute, 2)],
  ['5', ({ second }) => String(second)],
  ['05', ({ second }) => pad(second, 2)],
  ['2006', ({ year }) => pad(year, 4)],
  ['06', ({ year }) => pad(Math.abs(year) % 100, 2)],
  ['PM', ({ hour }) => (hour >= 12 ? 'PM' : 'AM')],
  ['pm', ({ hour }) => (hour >= 12 ? 'pm' : 'am')],
]);

/** `Z07:00` is `Z` for UTC; colons, minutes and seconds are there when the element has them. */
function formatOffset(element: string, { offset }: Zone): string {
  if (element.startsWith('Z') && offset === 0) return 'Z';
  const minutes = Math.trunc(offset / 60);
  const size = Math.abs(minutes);
  const colon = element.includes(':') ? ':' : '';
  const digits = element.replace(/[^0-9]/g, '').length;
  let out = (minutes < 0 ? '-' : '+') + pad(Math.floor(size / 60), 2);
  if (digits >= 4) out += colon + pad(size % 60, 2);
  if (digits >= 6) out += colon + pad(Math.abs(offset) % 60, 2);
  return out;
}

/** `.000` always has so many digits, `.999` at most so many, and nothing when they are zero. */
function formatFraction(element: string, nanos: number): string {
  const digits = pad(nanos, 9)
    .slice(0, element.length - 1)
    .padEnd(element.length - 1, '0');
  if (element[1] === '0') return element.slice(0, 1) + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : element.slice(0, 1) + trimmed;
}
