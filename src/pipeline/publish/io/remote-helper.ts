import type { ChildProcess } from 'node:child_process';
import type { ObjectFormat } from '../git-object.ts';
import { readPackets, type Packet } from '../pkt-line.ts';
import {
  formatOfCapabilities,
  lsRefsRequest,
  parseLsRefs,
  parseRefLines,
  type RemoteRefs,
} from '../remote-refs.ts';
import { boundedText, endGroup, startFailure } from './git-program.ts';

/** The helper ended before it had answered; `stderr` says why. */
export class RemoteHelperEnded extends Error {
  readonly stderr: string;

  constructor(stderr: string) {
    super('git remote-http ended');
    this.name = 'RemoteHelperEnded';
    this.stderr = stderr;
  }
}

export interface Listing {
  readonly refs: RemoteRefs;
  readonly format: ObjectFormat | undefined;
  /** The server speaks protocol version 2, so the refs are surely those of a Git repository. */
  readonly certain: boolean;
}

type Reading<T> = { readonly value: T; readonly consumed: number } | undefined;

/**
 * Git's own HTTP transport, `git remote-http`, spoken to in its helper protocol (gitremote-helpers(7)).
 *
 * While it lives, a listing is one POST on an open connection and no new process, and the server sends only the refs asked for.
 * A server without protocol version 2 makes it fall back to the plain `list`, which works once for each process.
 */
export class RemoteHelper {
  readonly #child: ChildProcess;
  readonly #stderr: () => string;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #closed = false;
  #startError: Error | undefined;
  #wake: (() => void) | undefined;
  #connection: Promise<ObjectFormat | 'no version 2'> | undefined;

  /** `child` runs `git remote-http <url> <url>` with all streams piped. */
  constructor(child: ChildProcess) {
    this.#child = child;
    this.#stderr = boundedText(child);
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    const onEnd = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    child.once('close', onEnd);
    child.once('error', (error) => {
      this.#startError = startFailure(error);
      onEnd();
    });
  }

  /** True while another listing may be asked for. */
  get reusable(): boolean {
    return !this.#ended && !this.#closed;
  }

  /** The refs that begin with one of `prefixes`, or all. One call at a time. */
  async list(prefixes: readonly string[], signal: AbortSignal): Promise<Listing> {
    const onAbort = (): void => this.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      this.#connection ??= this.#connect();
      const format = await this.#connection;
      return format === 'no version 2' ? await this.#listPlainly() : await this.#lsRefs(prefixes, format);
    } catch (error) {
      this.close();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  close(): void {
    this.#closed = true;
    this.#child.stdin?.end();
    endGroup(this.#child);
  }

  async #connect(): Promise<ObjectFormat | 'no version 2'> {
    this.#child.stdin?.write('stateless-connect git-upload-pack\n');
    const answer = await this.#take((bytes) => lineOf(bytes));
    if (answer !== '') return 'no version 2';
    return formatOfCapabilities(await this.#take((bytes) => packetsUntil(bytes, 'flush')));
  }

  async #lsRefs(prefixes: readonly string[], format: ObjectFormat): Promise<Listing> {
    this.#child.stdin?.write(lsRefsRequest(prefixes, format));
    const packets = await this.#take((bytes) => packetsUntil(bytes, 'response-end'));
    const problem = packets.map(errorIn).find((text) => text !== undefined);
    if (problem !== undefined) throw new RemoteHelperEnded(`fatal: remote error: ${problem}`);
    return { refs: parseLsRefs(packets), format, certain: true };
  }

  async #listPlainly(): Promise<Listing> {
    this.#child.stdin?.write('list\n');
    const text = await this.#take((bytes) => {
      const end = bytes.toString('latin1', 0, 1) === '\n' ? 0 : bytes.indexOf('\n\n');
      return end < 0 ? undefined : { value: bytes.toString('utf8', 0, end), consumed: bytes.length };
    });
    this.close();
    return { refs: parseRefLines(text), format: undefined, certain: false };
  }

  async #take<T>(read: (bytes: Buffer) => Reading<T>): Promise<T> {
    for (;;) {
      const reading = read(this.#received);
      if (reading !== undefined) {
        this.#received = this.#received.subarray(reading.consumed);
        return reading.value;
      }
      if (this.#startError !== undefined) throw this.#startError;
      if (this.#ended) throw new RemoteHelperEnded(this.#stderr());
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function lineOf(bytes: Buffer): Reading<string> {
  const end = bytes.indexOf('\n');
  return end < 0 ? undefined : { value: bytes.toString('latin1', 0, end), consumed: end + 1 };
}

function packetsUntil(bytes: Buffer, kind: 'flush' | 'response-end'): Reading<readonly Packet[]> {
  const { packets, consumed } = readPackets(bytes);
  return packets.at(-1)?.kind === kind ? { value: packets, consumed } : undefined;
}

function errorIn(packet: Packet): string | undefined {
  const text = packet.kind === 'data' && packet.data.subarray(0, 4).toString('latin1') === 'ERR ';
  return text ? packet.data.subarray(4).toString('utf8').trim() : undefined;
}
