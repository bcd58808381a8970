import type { Budget } from '../template/budget.ts';
import type { ByteString } from '../template/byte-string.ts';
import { print } from '../template/fmt/print.ts';
import { GoSlice } from '../template/go-value.ts';
import type { GoValue } from '../template/go-value.ts';

/** A value as text: strings as they are, everything else as it prints. */
export function textOf(value: GoValue, budget: Budget): ByteString {
  return print([value], budget);
}

/** The elements of a list as text, without nils; any other value is a list of one. */
export function textsOf(value: GoValue, budget: Budget): readonly ByteString[] {
  if (value === null || value === undefined) return [];
  if (!(value instanceof GoSlice)) return [textOf(value, budget)];
  return value.items
    .filter((item) => item !== null && item !== undefined)
    .map((item) => textOf(item, budget));
}
