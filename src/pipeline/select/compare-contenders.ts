import { compareBytes } from '../../model/compare-bytes.ts';
import type { Contender } from './order.ts';

/**
 * Compares two contenders for sorting, the better one first. Two tags are never equal.
 *
 * When the policy makes no difference, the shorter tag comes first, then the one that is first in byte order. The tag
 * that is selected now comes before both, but whoever picks the winner sees to that.
 */
export function compareContenders(left: Contender, right: Contender): number {
  return right.compareTo(left) || left.tag.length - right.tag.length || compareBytes(left.tag, right.tag);
}

/** Puts a contender into its place among the best few, if it belongs there. */
export function insertContender(best: Contender[], contender: Contender, size: number): void {
  const last = best.at(-1);
  if (best.length >= size && last !== undefined && compareContenders(contender, last) > 0) return;
  const place = best.findIndex((other) => compareContenders(contender, other) < 0);
  best.splice(place < 0 ? best.length : place, 0, contender);
  if (best.length > size) best.pop();
}
