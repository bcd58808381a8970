const INTEGER = 0x02;
const CONSTRUCTED = 0x20;
const DEEPEST = 16;

/** The largest integer anywhere in a DER structure, which may be cut off; 0 when there is none. */
export function largestDerInteger(der: Buffer, depth = 0): bigint {
  let largest = 0n;
  for (let at = 0; at + 2 <= der.length;) {
    const tag = der[at] ?? 0;
    const { length, size } = lengthAt(der, at + 1);
    const start = at + 1 + size;
    const content = der.subarray(start, start + length);
    const found = valueOf(tag, content, depth);
    if (found > largest) largest = found;
    at = start + length;
  }
  return largest;
}

function valueOf(tag: number, content: Buffer, depth: number): bigint {
  if ((tag & CONSTRUCTED) !== 0) return depth < DEEPEST ? largestDerInteger(content, depth + 1) : 0n;
  return tag === INTEGER && content.length > 0 ? BigInt(`0x${content.toString('hex')}`) : 0n;
}

/** How long the content is, and how many bytes say so. */
function lengthAt(der: Buffer, at: number): { readonly length: number; readonly size: number } {
  const first = der[at] ?? 0;
  if (first < 0x80) return { length: first, size: 1 };
  const count = first & 0x7f;
  const bytes = der.subarray(at + 1, at + 1 + count);
  const length = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return { length: Math.min(length, der.length), size: 1 + count };
}
