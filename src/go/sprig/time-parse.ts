import { quote } from '../quote.ts';
import { FunctionError } from '../template/run.ts';
import { MONTHS, nextElement, WEEKDAYS } from './time-layout.ts';
import { daysIn, isLeap, timeOf, UTC } from './time-value.ts';
import type { Time } from './time-value.ts';
import { offsetPattern, ZONE_NAME, zoneFor } from './time-zone.ts';

/**
 * Reads a time written in a layout (Go's `time.Parse`); one without a zone is in UTC.
 *
 * @throws {FunctionError}
 */
export function parseTime(layout: string, value: string): Time {
  return new TimeParser(layout, value).parse();
}

/** Collects the parts of a time while a layout is read. */
class TimeParser {
  readonly #layout: string;
  readonly #value: string;
  #rest: string;
  #upcoming = '';
  #year = 0;
  #month: number | undefined;
  #day: number | undefined;
  #yearDay: number | undefined;
  #hour = 0;
  #minute = 0;
  #second = 0;
  #nanos = 0;
  #half: 'am' | 'pm' | undefined;
  #isUtc = false;
  #offset: number | undefined;
  #zoneName = '';

  constructor(layout: string, value: string) {
    this.#layout = layout;
    this.#value = value;
    this.#rest = value;
  }

  parse(): Time {
    let layout = this.#layout;
    for (;;) {
      const { prefix, element, rest } = nextElement(layout);
      this.#skip(prefix);
      if (element === '') break;
      layout = rest;
      this.#upcoming = nextElement(layout).element;
      this.#read(element);
    }
    if (this.#rest !== '') this.#fail(`extra text: ${quote(this.#rest)}`);
    return this.#finish();
  }

  /** Text of the layout must be in the value, but any number of spaces is as good as another. */
  #skip(prefix: string): void {
    let wanted = prefix;
    while (wanted !== '') {
      if (wanted.startsWith(' ')) {
        if (this.#rest !== '' && !this.#rest.startsWith(' ')) this.#fail('a space is missing');
        wanted = wanted.replace(/^ +/, '');
        this.#rest = this.#rest.replace(/^ +/, '');
      } else {
        if (this.#rest.slice(0, 1) !== wanted.slice(0, 1)) this.#fail(`${quote(prefix)} is missing`);
        wanted = wanted.slice(1);
        this.#rest = this.#rest.slice(1);
      }
    }
  }

  #read(element: string): void {
    const read = READERS.get(element);
    if (read !== undefined) read(this);
    else if (/^[.,]/.test(element)) this.readFraction(element);
    else this.readOffset(element);
  }

  readYear(digits: 2 | 4): void {
    const year = Number(this.#take(digits === 4 ? /^[0-9]{4}/ : /^(?:[0-9]{2}|[+-][0-9])/));
    if (digits === 4) this.#year = year;
    else this.#year = year >= 69 ? year + 1900 : year + 2000;
  }

  readMonth(fixed: boolean): void {
    this.#month = this.#number(fixed, [1, 12]);
  }

  readMonthName(length?: number): void {
    this.#month = this.#name(MONTHS, length) + 1;
  }

  readWeekday(length?: number): void {
    this.#name(WEEKDAYS, length);
  }

  readDay(style: 'plain' | 'spaced' | 'zero'): void {
    if (style === 'spaced') this.#rest = this.#rest.replace(/^ /, '');
    this.#day = this.#number(style === 'zero');
  }

  readYearDay(style: 'spaced' | 'zero'): void {
    if (style === 'spaced') this.#rest = this.#rest.replace(/^ {0,2}/, '');
    this.#yearDay = Number(this.#take(style === 'zero' ? /^[0-9]{3}/ : /^[0-9]{1,3}/));
  }

  readHour(fixed: boolean, limit: 12 | 23): void {
    this.#hour = this.#number(fixed, [0, limit]);
  }

  readMinute(fixed: boolean): void {
    this.#minute = this.#number(fixed, [0, 59]);
  }

  /** Seconds may have a fraction even where the layout has none. */
  readSecond(fixed: boolean): void {
    this.#second = this.#number(fixed, [0, 59]);
    const fraction = /^[.,]([0-9]+)/.exec(this.#rest);
    if (fraction === null || /^[.,]/.test(this.#upcoming)) return;
    this.#setFraction(fraction[1] ?? '');
    this.#rest = this.#rest.slice(fraction[0].length);
  }

  readHalf(names: readonly ['AM' | 'am', 'PM' | 'pm']): void {
    const text = this.#take(/^../s);
    if (text !== names[0] && text !== names[1]) this.#fail(`${names.join(' or ')} is missing`);
    this.#half = text === names[0] ? 'am' : 'pm';
  }

  readFraction(element: string): void {
    const length = element.length - 1;
    if (element[1] === '0') this.#setFraction(this.#take(new RegExp(`^[.,][0-9]{${length}}`)).slice(1));
    else if (/^[.,][0-9]/.test(this.#rest)) this.#setFraction(this.#take(/^[.,][0-9]+/).slice(1));
  }

  readOffset(element: string): void {
    if (element.startsWith('Z') && this.#rest.startsWith('Z')) {
      this.#isUtc = true;
      this.#rest = this.#rest.slice(1);
      return;
    }
    const text = this.#take(offsetPattern(element));
    const [hours = 0, minutes = 0, seconds = 0] = (text.match(/[0-9]{2}/g) ?? []).map(Number);
    if (hours > 24 || minutes > 60 || seconds > 60) this.#fail('time zone offset out of range');
    const size = (hours * 60 + minutes) * 60 + seconds;
    this.#offset = text.startsWith('-') ? -size : size;
  }

  readZoneName(): void {
    if (this.#rest.startsWith('UTC')) {
      this.#isUtc = true;
      this.#rest = this.#rest.slice(3);
      return;
    }
    this.#zoneName = this.#take(ZONE_NAME);
    if (/^(?:GMT)?[+-]/.test(this.#zoneName) && Number(this.#zoneName.replace(/^[^0-9]*/, '')) > 23) {
      this.#fail('time zone is out of range');
    }
  }

  #setFraction(digits: string): void {
    this.#nanos = Number(digits.slice(0, 9).padEnd(9, '0'));
  }

  #number(fixed: boolean, range?: readonly [number, number]): number {
    const value = Number(this.#take(fixed ? /^[0-9]{2}/ : /^[0-9]{1,2}/));
    if (range !== undefined && (value < range[0] || value > range[1])) this.#fail(`${value} is out of range`);
    return value;
  }

  #name(names: readonly string[], length?: number): number {
    const index = names.findIndex((name) => {
      const wanted = name.slice(0, length).toLowerCase();
      return this.#rest.slice(0, wanted.length).toLowerCase() === wanted;
    });
    if (index < 0) this.#fail('no such name');
    this.#rest = this.#rest.slice((names[index] ?? '').slice(0, length).length);
    return index;
  }

  #take(pattern: RegExp): string {
    const text = pattern.exec(this.#rest)?.[0];
    if (text === undefined) return this.#fail('it does not fit the layout');
    this.#rest = this.#rest.slice(text.length);
    return text;
  }

  #finish(): Time {
    const { month, day } = this.#date();
    if (day < 1 || day > daysIn(this.#year, month)) this.#fail('day out of range');
    let hour = this.#hour;
    if (this.#half === 'pm' && hour < 12) hour += 12;
    if (this.#half === 'am' && hour === 12) hour = 0;
    const clock = { seconds: (hour * 60 + this.#minute) * 60 + this.#second, nanos: this.#nanos };
    const zone = this.#isUtc ? UTC : zoneFor(this.#zoneName, this.#offset);
    // How far a zone is from UTC counts when it is given in numbers; from its name, it only shows.
    const time = timeOf([this.#year, month, day], clock, this.#offset === undefined ? UTC : zone);
    return { ...time, zone };
  }

  /** The month and day, which the day of the year may say too. */
  #date(): { readonly month: number; readonly day: number } {
    if (this.#yearDay === undefined) return { month: this.#month ?? 1, day: this.#day ?? 1 };
    if (this.#yearDay < 1 || this.#yearDay > (isLeap(this.#year) ? 366 : 365))
      this.#fail('day-of-year out of range');
    let month = 1;
    let day = this.#yearDay;
    while (day > daysIn(this.#year, month)) day -= daysIn(this.#year, month++);
    if (this.#month !== undefined && this.#month !== month) this.#fail('day-of-year does not match month');
    if (this.#day !== undefined && this.#day !== day) this.#fail('day-of-year does not match day');
    return { month, day };
  }

  #fail(reason: string): never {
    throw new FunctionError(`parsing time ${quote(this.#value)} as ${quote(this.#layout)}: ${reason}`);
  }
}

const READERS: ReadonlyMap<string, (parser: TimeParser) => void> = new Map<
  string,
  (parser: TimeParser) => void
>([
  ['2006', (parser) => parser.readYear(4)],
  ['06', (parser) => parser.readYear(2)],
  ['January', (parser) => parser.readMonthName()],
  ['Jan', (parser) => parser.readMonthName(3)],
  ['1', (parser) => parser.readMonth(false)],
  ['01', (parser) => parser.readMonth(true)],
  ['Monday', (parser) => parser.readWeekday()],
  ['Mon', (parser) => parser.readWeekday(3)],
  ['2', (parser) => parser.readDay('plain')],
  ['_2', (parser) => parser.readDay('spaced')],
  ['02', (parser) => parser.readDay('zero')],
  ['__2', (parser) => parser.readYearDay('spaced')],
  ['002', (parser) => parser.readYearDay('zero')],
  ['15', (parser) => parser.readHour(false, 23)],
  ['3', (parser) => parser.readHour(false, 12)],
  ['03', (parser) => parser.readHour(true, 12)],
  ['4', (parser) => parser.readMinute(false)],
  ['04', (parser) => parser.readMinute(true)],
  ['5', (parser) => parser.readSecond(false)],
  ['05', (parser) => parser.readSecond(true)],
  ['PM', (parser) => parser.readHalf(['AM', 'PM'])],
  ['pm', (parser) => parser.readHalf(['am', 'pm'])],
  ['MST', (parser) => parser.readZoneName()],
]);
