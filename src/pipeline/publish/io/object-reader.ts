import type { ChildProcess } from 'node:child_process';
import { TidemarkError } from '../../../model/errors.ts';
import { objectId, type ObjectFormat, type ObjectType } from '../git-object.ts';
import { boundedText, endGroup } from './git-program.ts';

export interface GitObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly bytes: Buffer;
  /** Larger than what is ever held in memory; `bytes` is empty then. */
  readonly tooLarge: boolean;
}

interface Waiting {
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface Header {
  readonly id: string;
  readonly type: ObjectType;
  readonly size: number;
}

const NEWLINE = 10;
const LARGEST = 100 * 1024 * 1024;

/**
 * A long-lived `git cat-file --batch`. Requests are pipelined and answered in order.
 *
 * Every object is hashed again as it arrives, so what is read is what its id says, whatever happened to the disk.
 */
export class ObjectReader {
  readonly #child: ChildProcess;
  readonly #format: ObjectFormat;
  readonly #largest: number;
  readonly #waiting: Waiting[] = [];
  readonly #stderr: () => string;
  #questions = '';
  #head = 0;
  #chunks: Buffer[] = [];
  #length = 0;
  #header: Header | undefined;
  #skipped = 0;
  #failure: TidemarkError | undefined;

  /** `child` runs `git cat-file --batch` with all streams piped. */
  constructor(
    child: ChildProcess,
    { format, largest = LARGEST }: { readonly format: ObjectFormat; readonly largest?: number },
  ) {
    this.#child = child;
    this.#format = format;
    this.#largest = largest;
    this.#stderr = boundedText(child);
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => this.#receive(chunk));
    child.once('close', () => this.#fail(this.#stderr().trim() || 'git cat-file ended'));
    child.once('error', (error) => this.#fail(error.message));
  }

  /** True until the process has ended or an answer was wrong. */
  get alive(): boolean {
    return this.#failure === undefined;
  }

  /** The object that a name (an id, or `<id>^{commit}`) stands for, or undefined when the mirror does not have it. */
  async read(name: string): Promise<GitObject | undefined> {
    const failure = this.#failure;
    if (failure !== undefined) throw failure;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#ask(name);
    });
  }

  close(): void {
    this.#failure ??= new TidemarkError('Aborted', 'the reader of Git objects was closed');
    this.#child.stdin?.end();
    endGroup(this.#child);
  }

  /** Whatever is asked for in one go is written in one go: thousands of small writes cost more than the reading. */
  #ask(name: string): void {
    if (this.#questions === '') queueMicrotask(() => this.#flush());
    this.#questions += `${name}\n`;
  }

  #flush(): void {
    this.#child.stdin?.write(this.#questions);
    this.#questions = '';
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#header !== undefined && this.#length < this.#bytesToWaitFor(this.#header)) return;
    let rest: Buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (let next = this.#takeOne(rest); next !== undefined; next = this.#takeOne(rest)) rest = next;
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }

  /** Reads one header or one body; returns what follows it, or undefined when more bytes are needed. */
  #takeOne(bytes: Buffer): Buffer | undefined {
    if (this.#failure !== undefined) return undefined;
    if (this.#header !== undefined) return this.#takeBody(bytes, this.#header);
    const end = bytes.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const line = bytes.toString('latin1', 0, end);
    const [, id, type, size] = /^([0-9a-f]+) (blob|tree|commit|tag) (\d+)$/.exec(line) ?? [];
    if (id === undefined || size === undefined) this.#answer(undefined);
    else this.#header = { id, type: objectType(type), size: Number(size) };
    return bytes.subarray(end + 1);
  }

  #takeBody(bytes: Buffer, { id, type, size }: Header): Buffer | undefined {
    if (size > this.#largest) return this.#skipBody(bytes, { id, type, size });
    if (bytes.length < size + 1) return undefined;
    // A copy: a slice would keep the whole chunk, with the bodies beside it, in memory.
    const body = Buffer.from(bytes.subarray(0, size));
    this.#header = undefined;
    if (objectId(this.#format, type, body) === id) this.#answer({ id, type, bytes: body, tooLarge: false });
    else this.#fail(`the object ${id} is damaged`);
    return bytes.subarray(size + 1);
  }

  #skipBody(bytes: Buffer, { id, type, size }: Header): Buffer | undefined {
    const skipped = this.#skipped + bytes.length;
    if (skipped < size + 1) {
      this.#skipped = skipped;
      return bytes.length === 0 ? undefined : bytes.subarray(bytes.length);
    }
    const rest = bytes.subarray(bytes.length - (skipped - (size + 1)));
    this.#skipped = 0;
    this.#header = undefined;
    this.#answer({ id, type, bytes: Buffer.alloc(0), tooLarge: true });
    return rest;
  }

  /** A body is taken in one piece, but for one that is too large: that goes by as it comes. */
  #bytesToWaitFor({ size }: Header): number {
    return size > this.#largest ? 1 : size + 1;
  }

  #answer(object: GitObject | undefined): void {
    const waiting = this.#waiting[this.#head];
    this.#head++;
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
    }
    waiting?.resolve(object);
  }

  #fail(reason: string): void {
    this.#failure ??= new TidemarkError('GitMirrorBroken', `the Git mirror cannot be read: ${reason}`);
    const failure = this.#failure;
    const unanswered = this.#waiting.splice(0).slice(this.#head);
    this.#head = 0;
    for (const { reject } of unanswered) reject(failure);
    endGroup(this.#child);
  }
}

function objectType(text: string | undefined): ObjectType {
  return text === 'blob' || text === 'tree' || text === 'commit' ? text : 'tag';
}
