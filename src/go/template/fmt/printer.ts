import type { Budget } from '../budget.ts';
import type { ByteString } from '../byte-string.ts';
import { isNil, isUnsigned, typeOf } from '../go-type.ts';
import { GoFloat, GoInt, GoMap, GoPointer, GoSlice, GoStruct } from '../go-value.ts';
import type { GoValue } from '../go-value.ts';
import { sortedEntries } from '../map-keys.ts';
import {
  BASES,
  formatChar,
  formatFloatVerb,
  formatHex,
  formatInteger,
  formatQuoted,
  formatQuotedChar,
  formatString,
  formatUnicode,
  noFlags,
  pad,
} from './format.ts';
import type { Flags } from './format.ts';
import type { FloatFormat } from './float-text.ts';

const STRING_VERBS = new Set(['v', 's', 'x', 'X', 'q']);
const FLOAT_VERBS: ReadonlyMap<string, FloatFormat> = new Map([
  ['v', 'g'],
  ['b', 'b'],
  ['g', 'g'],
  ['G', 'G'],
  ['x', 'x'],
  ['X', 'X'],
  ['f', 'f'],
  ['F', 'f'],
  ['e', 'e'],
  ['E', 'E'],
]);

/** Where Go prints an address, which differs from run to run, this stands. */
const ADDRESS = 0xc000000000n;

/** Prints values by the rules of Go's package fmt. */
export class Printer {
  flags: Flags = noFlags();
  readonly #budget: Budget;
  readonly #out: ByteString[] = [];
  #size = 0;
  /** While a value is shown for a verb that does not suit it, its String method is not asked. */
  #erroring = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get text(): ByteString {
    return this.#out.join('');
  }

  write(text: ByteString): void {
    this.#size += text.length;
    this.#budget.fit(this.#size);
    this.#budget.spend(text.length >> 6);
    this.#out.push(text);
  }

  printArgument(value: GoValue, verb: string): void {
    if (value === undefined || value === null) {
      if (verb === 'T' || verb === 'v') this.write(pad('<nil>', this.flags));
      else this.#badVerb(value, verb);
    } else if (verb === 'T') this.write(formatString(typeOf(value).name, this.flags));
    else if (verb === 'w') this.#badVerb(value, verb);
    else if (verb === 'p') this.#pointer(value, verb);
    else this.#printValue(value, verb, 0);
  }

  /** Prints a value, its own method first if it has one. */
  #printValue(value: GoValue, verb: string, depth: number): void {
    this.#budget.spend(1);
    this.#budget.nest(depth);
    if (this.#printByMethod(value, verb)) return;
    if (value === undefined || value === null) {
      this.write(this.flags.sharpV ? 'interface {}(nil)' : '<nil>');
    } else if (typeof value === 'boolean') this.#bool(value, verb);
    else if (typeof value === 'string') this.#string(value, verb, value);
    else if (value instanceof GoInt) this.#integer(value, verb);
    else if (value instanceof GoFloat) this.#float(value, verb);
    else if (value instanceof GoSlice) this.#slice(value, verb, depth);
    else if (value instanceof GoMap) this.#map(value, verb, depth);
    else if (value instanceof GoStruct) this.#struct(value, verb, depth);
    else if (depth === 0 && value.target !== null) {
      this.write('&');
      this.#printValue(value.target, verb, depth + 1);
    } else this.#pointer(value, verb);
  }

  #printByMethod(value: GoValue, verb: string): boolean {
    if (this.#erroring || value === undefined || value === null || typeof value !== 'object') return false;
    const target = value instanceof GoPointer ? value.target : value;
    if (target === null) return false;
    const { toText, toSource } = typeOf(target);
    if (this.flags.sharpV) {
      if (toSource === undefined) return false;
      this.write(formatString(toSource(target), this.flags));
      return true;
    }
    if (toText === undefined || !STRING_VERBS.has(verb)) return false;
    this.#string(toText(target), verb, value);
    return true;
  }

  #bool(value: boolean, verb: string): void {
    if (verb === 't' || verb === 'v') this.write(pad(String(value), this.flags));
    else this.#badVerb(value, verb);
  }

  /** `shown` is the value that the text came from. */
  #string(text: ByteString, verb: string, shown: GoValue): void {
    const { flags } = this;
    if (verb === 'q' || (verb === 'v' && flags.sharpV)) this.write(formatQuoted(text, flags));
    else if (verb === 'v' || verb === 's') this.write(formatString(text, flags));
    else if (verb === 'x' || verb === 'X') this.write(formatHex(text, flags, verb));
    else this.#badVerb(shown, verb);
  }

  #integer(value: GoInt, verb: string): void {
    const { flags } = this;
    if (verb === 'v' && flags.sharpV && isUnsigned(value.type.kind)) {
      this.write(formatInteger(value.value, 'x', { ...flags, sharp: true }));
    } else if (BASES.has(verb)) this.write(formatInteger(value.value, verb, flags));
    else if (verb === 'c') this.write(formatChar(value.value, flags));
    else if (verb === 'q') this.write(formatQuotedChar(value.value, flags));
    else if (verb === 'U') this.write(formatUnicode(value.value, flags));
    else this.#badVerb(value, verb);
  }

  #float(value: GoFloat, verb: string): void {
    const format = FLOAT_VERBS.get(verb);
    if (format === undefined) this.#badVerb(value, verb);
    else this.write(formatFloatVerb(value.value, format, this.flags));
  }

  #slice(value: GoSlice, verb: string, depth: number): void {
    if (!this.#open(value, '[', '{')) return;
    for (const [index, item] of value.items.entries()) {
      this.#separate(index);
      this.#printValue(item, verb, depth + 1);
    }
    this.write(this.flags.sharpV ? '}' : ']');
  }

  #map(value: GoMap, verb: string, depth: number): void {
    if (!this.#open(value, 'map[', '{')) return;
    for (const [index, entry] of sortedEntries(value).entries()) {
      this.#separate(index);
      this.#printValue(entry.key, verb, depth + 1);
      this.write(':');
      this.#printValue(entry.value, verb, depth + 1);
    }
    this.write(this.flags.sharpV ? '}' : ']');
  }

  #struct(value: GoStruct, verb: string, depth: number): void {
    this.write(this.flags.sharpV ? `${value.type.name}{` : '{');
    for (const [index, field] of (value.type.fields ?? []).entries()) {
      this.#separate(index);
      if (this.flags.plusV || this.flags.sharpV) this.write(`${field.name}:`);
      this.#printValue(value.values[index], verb, depth + 1);
    }
    this.write('}');
  }

  /** Writes what stands before the elements; false when there are none because the value is nil. */
  #open(value: GoSlice | GoMap, plain: string, source: string): boolean {
    if (!this.flags.sharpV) this.write(plain);
    else if (value.isNil) this.write(`${value.type.name}(nil)`);
    else this.write(value.type.name + source);
    return !(this.flags.sharpV && value.isNil);
  }

  #separate(index: number): void {
    if (index > 0) this.write(this.flags.sharpV ? ', ' : ' ');
  }

  #pointer(value: GoValue, verb: string): void {
    const hasAddress = value instanceof GoPointer || value instanceof GoMap || value instanceof GoSlice;
    if (!hasAddress) {
      this.#badVerb(value, verb);
      return;
    }
    const { flags } = this;
    const address = isNil(value) ? 0n : ADDRESS;
    const hex = (): string => formatInteger(address, 'x', { ...flags, sharp: !flags.sharp });
    if (verb === 'v' && flags.sharpV) {
      this.write(`(${typeOf(value).name})(${address === 0n ? 'nil' : `0x${address.toString(16)}`})`);
    } else if (verb === 'v' && address === 0n) this.write(pad('<nil>', flags));
    else if (verb === 'v' || verb === 'p') this.write(hex());
    else if (BASES.has(verb) && verb !== 'O') this.write(formatInteger(address, verb, flags));
    else this.#badVerb(value, verb);
  }

  #badVerb(value: GoValue, verb: string): void {
    this.#erroring = true;
    this.write(`%!${verb}(`);
    if (value === undefined || value === null) this.write('<nil>');
    else {
      this.write(`${typeOf(value).name}=`);
      this.#printValue(value, 'v', 0);
    }
    this.write(')');
    this.#erroring = false;
  }
}
