/**
 * Compares two texts by their UTF-8 bytes: negative, zero or positive. No locale, no natural numbers.
 *
 * JavaScript's own `<` compares UTF-16 units, which differs where a character needs two of them.
 */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const ours = left.charCodeAt(i);
    const theirs = right.charCodeAt(i);
    if (ours !== theirs) return rank(ours) - rank(theirs);
  }
  return left.length - right.length;
}

/** Halves of a pair stand for characters beyond all that fit into one unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
