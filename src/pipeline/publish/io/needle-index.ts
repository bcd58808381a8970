import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

const FRAME = 8;
const FLAG = 1;

/**
 * Remembers which blobs carry the needle, in memory and in the mirror's folder, so that an unchanged file is never read twice.
 *
 * The file is a row of frames, each with its length and checksum: a frame that was cut off by a crash is dropped, with all after it.
 */
export class NeedleIndex {
  readonly #file: string;
  readonly #known: Map<string, boolean>;
  #added: string[] = [];

  private constructor(file: string, known: Map<string, boolean>) {
    this.#file = file;
    this.#known = known;
  }

  static async open(mirror: string, needle: Buffer): Promise<NeedleIndex> {
    const name = createHash('sha256').update(needle).digest('hex').slice(0, 16);
    const file = join(mirror, 'tidemark', `needle-${name}`);
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    const { known, sound } = readFrames(bytes);
    if (sound < bytes.length) await truncate(file, sound);
    return new NeedleIndex(file, known);
  }

  get size(): number {
    return this.#known.size;
  }

  /** Whether the blob carries the needle; undefined when it was never read. */
  get(blob: string): boolean | undefined {
    return this.#known.get(blob);
  }

  set(blob: string, carriesNeedle: boolean): void {
    if (this.#known.has(blob)) return;
    this.#known.set(blob, carriesNeedle);
    this.#added.push(blob);
  }

  /** Appends what is new to the file. */
  async save(): Promise<void> {
    const added = this.#added;
    if (added.length === 0) return;
    this.#added = [];
    const body = Buffer.concat(added.map((id) => record(id, this.#known.get(id) === true)));
    const head = Buffer.alloc(FRAME);
    head.writeUInt32LE(body.length, 0);
    head.writeUInt32LE(crc32(body), 4);
    await mkdir(dirname(this.#file), { recursive: true });
    await appendFile(this.#file, Buffer.concat([head, body]));
  }
}

/** Length of the id, the id, and whether it carries the needle. */
function record(id: string, carriesNeedle: boolean): Buffer {
  return Buffer.concat([
    Buffer.from([id.length / 2]),
    Buffer.from(id, 'hex'),
    Buffer.from([carriesNeedle ? 1 : 0]),
  ]);
}

function readFrames(bytes: Buffer): { readonly known: Map<string, boolean>; readonly sound: number } {
  const known = new Map<string, boolean>();
  let at = 0;
  while (at + FRAME <= bytes.length) {
    const end = at + FRAME + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    const body = bytes.subarray(at + FRAME, end);
    if (crc32(body) !== bytes.readUInt32LE(at + 4)) break;
    readRecords(body, known);
    at = end;
  }
  return { known, sound: at };
}

function readRecords(body: Buffer, known: Map<string, boolean>): void {
  for (let at = 0; at < body.length;) {
    const idEnd = at + FLAG + (body[at] ?? 0);
    known.set(body.toString('hex', at + FLAG, idEnd), body[idEnd] === 1);
    at = idEnd + FLAG;
  }
}
