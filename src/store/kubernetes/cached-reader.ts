import type { AnyObject, KindName, Kinds } from '../../api/kinds.ts';
import { compareBytes } from '../../model/compare-bytes.ts';
import { formatKey } from '../../model/object-key.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { ListOptions, ObjectList, WatchEvent, WatchOptions } from '../store.ts';
import type { WatchHub } from '../watch-hub.ts';
import { scopeOf } from '../watch-hub.ts';
import type { ObjectReader } from './object-reader.ts';
import type { Reflector } from './reflector.ts';

/** Reads a kind out of the cache that its reflector keeps. Watches are told by the hub, and share the one that the server sees. */
export class CachedReader<K extends KindName> implements ObjectReader<K> {
  readonly #kind: K;
  readonly #reflector: Reflector<K>;
  readonly #hub: WatchHub;

  constructor(kind: K, reflector: Reflector<K>, hub: WatchHub) {
    this.#kind = kind;
    this.#reflector = reflector;
    this.#hub = hub;
  }

  async get(key: ObjectKey): Promise<Kinds[K] | undefined> {
    await this.#reflector.ready();
    return this.#reflector.cache.get(formatKey(key));
  }

  async list(options: ListOptions): Promise<ObjectList<Kinds[K]>> {
    const scope = scopeOf(options);
    await this.#reflector.ready();
    const items = [...this.#reflector.cache.all()].filter((object) => scope.matches(object)).toSorted(byKey);
    return { items, resourceVersion: this.#hub.version };
  }

  async *watch(options: WatchOptions): AsyncGenerator<WatchEvent<Kinds[K]>> {
    const { resourceVersion: from, signal } = options;
    const scope = scopeOf(options);
    const isOff = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([this.#reflector.ready(), isOff]);
    const initial = (): Iterable<AnyObject> => this.#reflector.cache.all();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the hub gives only objects of this kind
    yield* this.#hub.watch(this.#kind, scope, { from, signal, initial }) as AsyncGenerator<
      WatchEvent<Kinds[K]>
    >;
  }

  wrote(object: Kinds[K]): void {
    this.#reflector.cache.wrote(object);
  }

  deleted(key: ObjectKey, uid: string): void {
    this.#reflector.cache.deleted(formatKey(key), uid);
  }
}

/** The order of lists: by namespace, then by name. */
export function byKey({ metadata: a }: AnyObject, { metadata: b }: AnyObject): number {
  return compareBytes(a.namespace, b.namespace) || compareBytes(a.name, b.name);
}
