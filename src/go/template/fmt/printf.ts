import type { Budget } from '../budget.ts';
import type { ByteString } from '../byte-string.ts';
import { GoInt } from '../go-value.ts';
import type { GoValue } from '../go-value.ts';
import { noFlags } from './format.ts';
import { typeName } from './print.ts';
import { Printer } from './printer.ts';

/** Go's `fmt.Sprintf`, with everything that it says about formats and arguments that do not fit. */
export function printFormatted(format: ByteString, values: readonly GoValue[], budget: Budget): ByteString {
  return new FormatRun(format, values, new Printer(budget)).run();
}

/** A width or precision beyond this is a mistake, says Go. */
const MAX_SIZE = 1_000_000;

const FLAG_NAMES: ReadonlyMap<string, 'sharp' | 'zero' | 'plus' | 'minus' | 'space'> = new Map([
  ['#', 'sharp'],
  ['0', 'zero'],
  ['+', 'plus'],
  ['-', 'minus'],
  [' ', 'space'],
]);

/** One pass over a format. */
class FormatRun {
  readonly #format: ByteString;
  readonly #values: readonly GoValue[];
  readonly #printer: Printer;
  #at = 0;
  #next = 0;
  /** Some verb named its argument by number, so nobody can say which arguments are left over. */
  #reordered = false;
  #goodNumber = true;
  /** The last thing read was a number in brackets. */
  #afterNumber = false;

  constructor(format: ByteString, values: readonly GoValue[], printer: Printer) {
    this.#format = format;
    this.#values = values;
    this.#printer = printer;
  }

  run(): ByteString {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent < 0 ? this.#format.length : percent;
      if (end > this.#at) this.#printer.write(this.#format.slice(this.#at, end));
      this.#at = end + 1;
      if (percent >= 0) this.#directive();
    }
    if (!this.#reordered && this.#next < this.#values.length) this.#extra();
    return this.#printer.text;
  }

  #directive(): void {
    this.#goodNumber = true;
    this.#afterNumber = false;
    this.#flags();
    this.#argumentNumber();
    this.#width();
    this.#precision();
    if (!this.#afterNumber) this.#argumentNumber();
    if (this.#at >= this.#format.length) {
      this.#printer.write('%!(NOVERB)');
      return;
    }
    this.#verb();
  }

  #flags(): void {
    const flags = noFlags();
    for (;;) {
      const name = FLAG_NAMES.get(this.#format[this.#at] ?? '');
      if (name === undefined) break;
      flags[name] = true;
      this.#at++;
    }
    this.#printer.flags = flags;
  }

  #width(): void {
    const { flags } = this.#printer;
    if (this.#format[this.#at] !== '*') {
      flags.width = this.#number();
      if (this.#afterNumber && flags.width !== undefined) this.#goodNumber = false;
      return;
    }
    this.#at++;
    const width = this.#sizeArgument();
    if (width === undefined) this.#printer.write('%!(BADWIDTH)');
    flags.width = width === undefined ? undefined : Math.abs(width);
    if (width !== undefined && width < 0) {
      flags.minus = true;
      flags.zero = false;
    }
    this.#afterNumber = false;
  }

  #precision(): void {
    const { flags } = this.#printer;
    if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length) return;
    this.#at++;
    if (this.#afterNumber) this.#goodNumber = false;
    this.#argumentNumber();
    if (this.#format[this.#at] !== '*') {
      flags.precision = this.#number() ?? 0;
      return;
    }
    this.#at++;
    const precision = this.#sizeArgument();
    flags.precision = precision === undefined || precision < 0 ? undefined : precision;
    if (flags.precision === undefined) this.#printer.write('%!(BADPREC)');
    this.#afterNumber = false;
  }

  #verb(): void {
    const verb = String.fromCodePoint(this.#format.codePointAt(this.#at) ?? 0);
    this.#at += verb.length;
    if (verb === '%') this.#printer.write('%');
    else if (!this.#goodNumber) this.#printer.write(`%!${verb}(BADINDEX)`);
    else if (this.#next >= this.#values.length) this.#printer.write(`%!${verb}(MISSING)`);
    else this.#printNext(verb);
  }

  #printNext(verb: string): void {
    const { flags } = this.#printer;
    if (verb === 'v' || verb === 'w') {
      [flags.sharpV, flags.sharp] = [flags.sharp, false];
      [flags.plusV, flags.plus] = [flags.plus, false];
    }
    this.#printer.printArgument(this.#values[this.#next], verb);
    this.#next++;
  }

  #extra(): void {
    this.#printer.flags = noFlags();
    this.#printer.write('%!(EXTRA ');
    for (const [index, value] of this.#values.slice(this.#next).entries()) {
      if (index > 0) this.#printer.write(', ');
      if (value === undefined || value === null) this.#printer.write('<nil>');
      else {
        this.#printer.write(`${typeName(value)}=`);
        this.#printer.printArgument(value, 'v');
      }
    }
    this.#printer.write(')');
  }

  /** Reads digits; nothing when there are none, or far too many (then all that is left is skipped, as in Go). */
  #number(): number | undefined {
    const digits = /^[0-9]+/.exec(this.#format.slice(this.#at, this.#at + 20))?.[0];
    if (digits === undefined) return undefined;
    let value = 0;
    for (const digit of digits) {
      if (value > MAX_SIZE) {
        this.#at = this.#format.length;
        return undefined;
      }
      value = value * 10 + Number(digit);
      this.#at++;
    }
    return value;
  }

  /** The next argument as a width or precision, if it is a number of a reasonable size. */
  #sizeArgument(): number | undefined {
    if (this.#next >= this.#values.length) return undefined;
    const value = this.#values[this.#next];
    this.#next++;
    if (!(value instanceof GoInt)) return undefined;
    return value.value > MAX_SIZE || value.value < -MAX_SIZE ? undefined : Number(value.value);
  }

  /** `[3]` says that the third argument is next. */
  #argumentNumber(): void {
    if (this.#format[this.#at] !== '[') {
      this.#afterNumber = false;
      return;
    }
    this.#reordered = true;
    const close = this.#format.length - this.#at < 3 ? -1 : this.#format.indexOf(']', this.#at + 1);
    if (close < 0) {
      this.#at++;
      this.#goodNumber = false;
      this.#afterNumber = false;
      return;
    }
    const inside = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    const index = /^[0-9]{1,7}$/.test(inside) ? Number(inside) - 1 : undefined;
    this.#afterNumber = index !== undefined;
    if (index !== undefined && index >= 0 && index < this.#values.length) this.#next = index;
    else this.#goodNumber = false;
  }
}
