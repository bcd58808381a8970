import { compareNumbers, isNumberText, tryParseNumber } from '../../go/float.ts';
import type { GoNumber } from '../../go/float.ts';
import { compareBytes } from '../../model/compare-bytes.ts';
import type { Contender, Order } from './order.ts';

/** Orders values as decimals of any length: `asc` selects the largest, `desc` the smallest. */
export function numericalOrder(direction: 'asc' | 'desc'): Order {
  const sign = direction === 'asc' ? 1 : -1;
  return {
    name: `numerical ${direction}`,
    superlative: direction === 'asc' ? 'the largest number' : 'the smallest number',
    read: (tag, value) => {
      const number = tryParseNumber(value);
      return number === undefined ? 'unparsable' : new Numeric(tag, number, sign);
    },
    whyRefused: (value) => `"${value}" ${whyNoNumber(value)}`,
    whyWorse: (value, better) => `${value} is ${direction === 'asc' ? 'smaller' : 'larger'} than ${better}`,
    noneUsable: (values) => `failed to parse invalid numeric value '${lastInByteOrder(values)}'`,
  };
}

class Numeric implements Contender {
  readonly tag: string;
  readonly #number: GoNumber;
  readonly #sign: number;

  constructor(tag: string, number: GoNumber, sign: number) {
    this.tag = tag;
    this.#number = number;
    this.#sign = sign;
  }

  get value(): string {
    return this.#number.text;
  }

  compareTo(other: Contender): number {
    return other instanceof Numeric ? this.#sign * compareNumbers(this.#number, other.#number) : 0;
  }
}

function whyNoNumber(value: string): string {
  if (/^nan$/i.test(value)) return 'has no place in an order';
  return isNumberText(value) ? 'is larger than a 64-bit float can hold' : 'is not a number';
}

/** Flux names the value that it meets first, and it walks the tags from the last in byte order to the first. */
function lastInByteOrder(values: Iterable<string>): string {
  let last = '';
  for (const value of values) if (compareBytes(value, last) > 0) last = value;
  return last;
}
