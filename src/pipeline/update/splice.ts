import type { Edit } from './render-scalar.ts';

/** A text with edits made, and where each offset of the old text is in the new one. */
export interface Spliced {
  readonly bytes: Buffer;
  /** For offsets in ascending order only; those inside an edit are those of its end. */
  readonly shift: (at: number) => number;
}

/** Makes the edits, which must not overlap, and copies every other byte. */
export function splice(bytes: Buffer, edits: readonly Edit[]): Spliced {
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { start, end, text } of ordered) {
    parts.push(bytes.subarray(copied, start), Buffer.from(text, 'latin1'));
    copied = end;
  }
  parts.push(bytes.subarray(copied));
  return { bytes: Buffer.concat(parts), shift: shifter(ordered) };
}

function shifter(ordered: readonly Edit[]): (at: number) => number {
  const ends: number[] = [];
  const deltas: number[] = [];
  let delta = 0;
  for (const { start, end, text } of ordered) {
    delta += text.length - (end - start);
    ends.push(end);
    deltas.push(delta);
  }
  return (at) => at + (deltas[countAtMost(ends, at) - 1] ?? 0);
}

/** How many of the sorted numbers are at most `limit`. */
function countAtMost(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
