import type { KindName, Kinds } from '../../api/kinds.ts';
import type { Clock } from '../../model/clock.ts';
import { isTidemarkError } from '../../model/errors.ts';
import { parseLabelSelector } from '../../model/label-selector.ts';
import type { Log } from '../../model/log.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { ListOptions, ObjectList, WatchEvent, WatchOptions } from '../store.ts';
import { byKey } from './cached-reader.ts';
import { followChanges } from './follow-changes.ts';
import type { ServerChange } from './follow-changes.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import { ObjectCodec } from './object-codec.ts';
import type { ObjectReader } from './object-reader.ts';
import { resourceOf } from './resource.ts';

export interface DirectReaderOptions<K extends KindName> {
  readonly kind: K;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
}

const eventTypes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

/** Asks the server each time: for kinds of which a cluster has thousands that are none of our business, and for one command. */
export class DirectReader<K extends KindName> implements ObjectReader<K> {
  readonly #options: DirectReaderOptions<K>;
  readonly #codec: ObjectCodec<K>;

  constructor(options: DirectReaderOptions<K>) {
    this.#options = options;
    this.#codec = new ObjectCodec(options.kind);
  }

  async get(key: ObjectKey): Promise<Kinds[K] | undefined> {
    try {
      const resource = resourceOf(this.#options.kind);
      return this.#codec.fromServer(await this.#options.client.request({ verb: 'get', resource, key }));
    } catch (error) {
      if (isTidemarkError(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async list(options: ListOptions): Promise<ObjectList<Kinds[K]>> {
    return this.#list(options, undefined);
  }

  async *watch(options: WatchOptions): AsyncGenerator<WatchEvent<Kinds[K]>> {
    const { signal, resourceVersion } = options;
    checkSelector(options);
    let from = resourceVersion;
    if (from === undefined) {
      const list = await this.#listUnless(signal, options);
      if (list === undefined) return;
      from = list.resourceVersion;
      for (const object of list.items) yield { type: 'added', object, resourceVersion: from };
      yield { type: 'bookmark', resourceVersion: from };
    }
    const { namespace, labelSelector } = options;
    const watch = { ...this.#options, ...this.#asked(), ...named(options), namespace, labelSelector };
    for await (const change of followChanges({ ...watch, from, signal })) {
      if (signal.aborted) return;
      yield this.#toEvent(change);
    }
  }

  wrote(): void {
    // The next read asks the server.
  }

  deleted(): void {
    // The next read asks the server.
  }

  async #listUnless(signal: AbortSignal, options: ListOptions): Promise<ObjectList<Kinds[K]> | undefined> {
    try {
      return await this.#list(options, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async #list(options: ListOptions, signal: AbortSignal | undefined): Promise<ObjectList<Kinds[K]>> {
    checkSelector(options);
    for (let tries = 1; ; tries += 1) {
      const items: Kinds[K][] = [];
      try {
        const resourceVersion = await listPages(
          { ...this.#options, ...this.#asked(), ...options, ...named(options), signal },
          (page) => items.push(...page.map((item) => this.#codec.fromServer(item))),
        );
        return { items: items.toSorted(byKey), resourceVersion };
      } catch (error) {
        // The later pages of a list are only kept for some minutes.
        if (!isTidemarkError(error, 'WatchExpired') || tries === 3) throw error;
      }
    }
  }

  #asked(): { readonly resource: ReturnType<typeof resourceOf>; readonly metadataOnly: boolean } {
    // What Secrets hold never leaves the server for the sake of a list.
    return { resource: resourceOf(this.#options.kind), metadataOnly: this.#options.kind === 'Secret' };
  }

  #toEvent({ type, object, version }: ServerChange): WatchEvent<Kinds[K]> {
    if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion: version };
    return { type: eventTypes[type], object: this.#codec.fromServer(object), resourceVersion: version };
  }
}

/** The server's own complaint would not say that it is about the selector. */
function checkSelector({ labelSelector }: ListOptions): void {
  if (labelSelector !== undefined) parseLabelSelector(labelSelector);
}

/** Whoever may only see some objects by name may list and watch each of them in this way. */
function named({ name }: ListOptions): { readonly fieldSelector?: string } {
  return name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
}
