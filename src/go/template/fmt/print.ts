import type { Budget } from '../budget.ts';
import type { ByteString } from '../byte-string.ts';
import { typeOf } from '../go-type.ts';
import type { GoValue } from '../go-value.ts';
import { Printer } from './printer.ts';

/** Go's `fmt.Sprint`: a space between two values of which none is a string. */
export function print(values: readonly GoValue[], budget: Budget): ByteString {
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') return only;
  const printer = new Printer(budget);
  let previousIsString = false;
  for (const [index, value] of values.entries()) {
    const isString = typeof value === 'string';
    if (index > 0 && !isString && !previousIsString) printer.write(' ');
    printer.printArgument(value, 'v');
    previousIsString = isString;
  }
  return printer.text;
}

/** Go's `fmt.Sprintln`: spaces between all values, and a new line. */
export function printLine(values: readonly GoValue[], budget: Budget): ByteString {
  const printer = new Printer(budget);
  for (const [index, value] of values.entries()) {
    if (index > 0) printer.write(' ');
    printer.printArgument(value, 'v');
  }
  printer.write('\n');
  return printer.text;
}

/** What `%T` prints. */
export function typeName(value: GoValue): string {
  return value === undefined || value === null ? '<nil>' : typeOf(value).name;
}
