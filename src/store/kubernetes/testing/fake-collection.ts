import type { ServerResponse } from 'node:http';

import { failure } from './fake-api.ts';
import type { FakeAnswer, FakeApi, FakeRequest } from './fake-api.ts';

interface FakeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly spec: object;
}

interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: FakeObject;
  readonly version: number;
}

/** A collection that can be listed in pages and watched, like that of an API server. */
export class FakeCollection {
  /** The pages that were asked for: `list`, `list after 3`, ... and `watch 7`. */
  readonly asked: string[] = [];
  pageSize = 500;
  #version = 10;
  /** Nothing up to here can be watched from. */
  #compacted = 0;
  readonly #objects = new Map<string, FakeObject>();
  readonly #changes: Change[] = [];
  readonly #streams = new Set<ServerResponse>();

  constructor(api: FakeApi, path: string) {
    api.on((request, response) => {
      if (request.method !== 'GET' || request.path !== path) return undefined;
      return request.query.get('watch') === 'true' ? this.#watch(request, response) : this.#list(request);
    });
  }

  put(name: string, spec: object = {}): void {
    const before = this.#objects.get(name);
    this.#version += 1;
    const uid = before?.metadata.uid ?? `uid-${name}-${this.#version}`;
    const object: FakeObject = {
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImagePolicy',
      metadata: { name, namespace: 'apps', uid, resourceVersion: String(this.#version) },
      spec: { imageRepositoryRef: { name: 'r' }, policy: {}, ...spec },
    };
    this.#objects.set(name, object);
    this.#tell({ type: before === undefined ? 'ADDED' : 'MODIFIED', object, version: this.#version });
  }

  remove(name: string): void {
    const before = this.#objects.get(name);
    if (before === undefined) return;
    this.#objects.delete(name);
    this.#version += 1;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(this.#version) } };
    this.#tell({ type: 'DELETED', object, version: this.#version });
  }

  /** Tells those who watch how far things are, without news. */
  bookmark(): void {
    this.#version += 1;
    const object = { metadata: { resourceVersion: String(this.#version) } };
    for (const stream of this.#streams) stream.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** Forgets what happened: nobody can resume from before now. */
  compact(): void {
    this.#compacted = this.#version;
    this.#changes.length = 0;
  }

  get watchers(): number {
    return this.#streams.size;
  }

  /** Breaks every watch off, in the middle of a line. */
  cut(): void {
    for (const stream of this.#streams) {
      stream.write('{"type":"MODI');
      stream.destroy();
    }
    this.#streams.clear();
  }

  /** Ends every watch, as a server does after its time. */
  end(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #list(request: FakeRequest): FakeAnswer {
    const from = Number(request.query.get('continue') ?? 0);
    const notOlderThan = request.query.get('resourceVersion');
    this.asked.push(
      from > 0
        ? `list after ${from}`
        : `list${notOlderThan === null ? '' : ` not older than ${notOlderThan}`}`,
    );
    const all = [...this.#objects.values()];
    const items = all.slice(from, from + this.pageSize);
    const next = from + items.length < all.length ? String(from + items.length) : undefined;
    return {
      body: { kind: 'List', metadata: { resourceVersion: String(this.#version), continue: next }, items },
    };
  }

  #watch(request: FakeRequest, response: ServerResponse): FakeAnswer | 'streaming' {
    const from = Number(request.query.get('resourceVersion'));
    this.asked.push(`watch ${from}`);
    if (from < this.#compacted) return failure(410, 'Expired');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    for (const change of this.#changes) if (change.version > from) send(response, change);
    return 'streaming';
  }

  #tell(change: Change): void {
    this.#changes.push(change);
    for (const stream of this.#streams) send(stream, change);
  }
}

function send(stream: ServerResponse, { type, object }: Change): void {
  stream.write(`${JSON.stringify({ type, object })}\n`);
}
