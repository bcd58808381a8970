import { compareBytes } from '../../model/compare-bytes.ts';
import type { Contender, Order } from './order.ts';

/** Orders values byte by byte: `asc` selects the last of them, `desc` the first. */
export function alphabeticalOrder(direction: 'asc' | 'desc'): Order {
  const sign = direction === 'asc' ? 1 : -1;
  return {
    name: `alphabetical ${direction}`,
    superlative: direction === 'asc' ? 'the last in byte order' : 'the first in byte order',
    read: (tag, value) => new Text({ tag, value, sign }),
    whyRefused: () => 'is refused',
    whyWorse: (value, better) =>
      `"${value}" comes ${direction === 'asc' ? 'before' : 'after'} "${better}" in byte order`,
    noneUsable: () => 'unable to determine latest version from provided list',
  };
}

class Text implements Contender {
  readonly tag: string;
  readonly value: string;
  readonly #sign: number;

  constructor({ tag, value, sign }: { tag: string; value: string; sign: number }) {
    this.tag = tag;
    this.value = value;
    this.#sign = sign;
  }

  compareTo(other: Contender): number {
    return this.#sign * compareBytes(this.value, other.value);
  }
}
