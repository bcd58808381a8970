import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { NewObject, ObjectFormat, ObjectType } from './git-object.ts';

/** A pack and its index, as git lays them side by side in `objects/pack`. */
export interface PackFile {
  /** What stands between `pack-` and the endings of both files. */
  readonly name: string;
  readonly pack: Buffer;
  readonly index: Buffer;
}

interface Entry {
  readonly id: Buffer;
  readonly offset: number;
  readonly checksum: number;
}

const typeNumbers: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const FASTEST = 1;
const BUCKETS = 256;
const WORD = 4;

/** Packs objects, each by itself (no deltas), with an index of version 2 (gitformat-pack(5)). Together they must stay below 2 GiB. */
export function encodePack(objects: readonly NewObject[], format: ObjectFormat): PackFile {
  const unique = [...new Map(objects.map((object) => [object.id, object])).values()];
  const parts: Buffer[] = [Buffer.concat([Buffer.from('PACK'), words(2, unique.length)])];
  const entries: Entry[] = [];
  let offset = 12;
  for (const { id, type, body } of unique) {
    const packed = Buffer.concat([entryHead(type, body.length), deflateSync(body, { level: FASTEST })]);
    entries.push({ id: Buffer.from(id, 'hex'), offset, checksum: crc32(packed) });
    parts.push(packed);
    offset += packed.length;
  }
  const content = Buffer.concat(parts);
  const trailer = createHash(format).update(content).digest();
  return {
    name: trailer.toString('hex'),
    pack: Buffer.concat([content, trailer]),
    index: encodeIndex(entries, { trailer, format }),
  };
}

/** Type and size: four bits of size in the first byte, seven in each that follows, lowest first. */
function entryHead(type: ObjectType, size: number): Buffer {
  const bytes = [(typeNumbers[type] << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

function encodeIndex(
  entries: readonly Entry[],
  { trailer, format }: { readonly trailer: Buffer; readonly format: ObjectFormat },
): Buffer {
  const sorted = [...entries].sort((left, right) => left.id.compare(right.id));
  const fanout = Array.from({ length: BUCKETS }, () => 0);
  for (const { id } of sorted) fanout[id[0] ?? 0] = (fanout[id[0] ?? 0] ?? 0) + 1;
  for (let bucket = 1; bucket < BUCKETS; bucket++) {
    fanout[bucket] = (fanout[bucket] ?? 0) + (fanout[bucket - 1] ?? 0);
  }
  const content = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63]),
    words(2, ...fanout),
    ...sorted.map(({ id }) => id),
    words(...sorted.map(({ checksum }) => checksum)),
    words(...sorted.map(({ offset }) => offset)),
    trailer,
  ]);
  return Buffer.concat([content, createHash(format).update(content).digest()]);
}

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * WORD);
  for (const [at, number] of numbers.entries()) bytes.writeUInt32BE(number >>> 0, at * WORD);
  return bytes;
}
