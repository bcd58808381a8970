import { crc32 } from 'node:zlib';

// How a tag set stands in the database: one blob for the tags, one for the times at which they were first seen.

const checksumBytes = 4;
/** The number of characters shared with the tag before stands in front of each, as a character that is never a line break. */
const zero = 0x20;
const mostShared = 0x7e - zero;

/**
 * Tags in their order, each as what it does not share with the one before it, behind a checksum that tells a rotten blob from a good one.
 *
 * Sorted tags share a lot: this takes a third of their bytes. It is no better than a compressor at that, but what a compressor takes and gives back
 * for each of thousands of sets leaves a process with twice the memory that it needs. Throws `RangeError` for a tag with a line break.
 */
export function packTags(tags: readonly string[]): Uint8Array {
  let before = '';
  let text = '';
  for (const tag of tags) {
    if (tag.includes('\n')) throw new RangeError('a tag contains a line break');
    const shared = sharedLength(before, tag);
    text += `${String.fromCharCode(zero + shared)}${tag.slice(shared)}\n`;
    before = tag;
  }
  const blob = Buffer.allocUnsafe(checksumBytes + Buffer.byteLength(text));
  blob.write(text, checksumBytes, 'utf8');
  blob.writeUInt32LE(crc32(blob.subarray(checksumBytes)), 0);
  return blob;
}

/** Reads tags back. Throws for a blob that has rotted. */
export function unpackTags(blob: Uint8Array): string[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const body = bytes.subarray(checksumBytes);
  if (bytes.length < checksumBytes || crc32(body) !== bytes.readUInt32LE(0)) {
    throw new Error('the checksum does not match');
  }
  const lines = body.toString('utf8').split('\n');
  // What follows the last line break.
  lines.pop();
  let before = '';
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    before = before.slice(0, line.charCodeAt(0) - zero) + line.slice(1);
    lines[index] = before;
  }
  return lines;
}

/** How many characters two tags begin with alike. A character outside of the basic plane is not cut in two. */
function sharedLength(before: string, tag: string): number {
  const most = Math.min(before.length, tag.length, mostShared);
  let shared = 0;
  while (shared < most && before.charCodeAt(shared) === tag.charCodeAt(shared)) shared += 1;
  const next = tag.charCodeAt(shared);
  const isCut = shared > 0 && next >= 0xdc00 && next < 0xe000;
  return isCut ? shared - 1 : shared;
}

/**
 * Times in the order of the tags, as runs: how many, and how many milliseconds later than the run before (may be negative).
 * All tags of a first scan are one run, so a set costs a few bytes, and one more run for each later find.
 */
export function packTimes(times: Float64Array): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (let start = 0; start < times.length;) {
    const time = times[start] ?? 0;
    let end = start + 1;
    while (end < times.length && times[end] === time) end += 1;
    pushVarint(bytes, end - start);
    pushVarint(bytes, zigzag(time - before));
    before = time;
    start = end;
  }
  return Uint8Array.from(bytes);
}

/** Reads `count` times back. */
export function unpackTimes(blob: Uint8Array, count: number): Float64Array {
  const times = new Float64Array(count);
  const cursor = { at: 0 };
  let filled = 0;
  let time = 0;
  while (cursor.at < blob.length) {
    const run = takeVarint(blob, cursor);
    time += unzigzag(takeVarint(blob, cursor));
    times.fill(time, filled, filled + run);
    filled += run;
  }
  return times;
}

// Varints with plain arithmetic: milliseconds since 1970 do not fit the 32 bits of the bit operators.

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function takeVarint(blob: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = blob[cursor.at] ?? 0;
    cursor.at += 1;
    value += (byte % 128) * scale;
    if (byte < 128) return value;
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
