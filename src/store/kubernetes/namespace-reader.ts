import type { KindName, Kinds } from '../../api/kinds.ts';
import type { Clock } from '../../model/clock.ts';
import { formatKey } from '../../model/object-key.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { ListOptions, ObjectList, WatchEvent, WatchOptions } from '../store.ts';
import type { ObjectReader } from './object-reader.ts';

interface Remembered<T> {
  readonly object: T;
  readonly readAtMs: number;
}

/** Long enough that thousands of objects of one namespace do not ask a thousand times; short for a change of access rules. */
const rememberedForMs = 3000;
const mostRemembered = 1000;

/** Remembers for a moment what it has read. Only for what may be a moment old, and nothing secret. */
export class NamespaceReader<K extends KindName> implements ObjectReader<K> {
  readonly #source: ObjectReader<K>;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #remembered = new Map<string, Remembered<Kinds[K]>>();

  constructor(source: ObjectReader<K>, clock: Pick<Clock, 'monotonicMs'>) {
    this.#source = source;
    this.#clock = clock;
  }

  async get(key: ObjectKey): Promise<Kinds[K] | undefined> {
    const id = formatKey(key);
    const known = this.#remembered.get(id);
    const readAtMs = this.#clock.monotonicMs();
    if (known !== undefined && readAtMs - known.readAtMs < rememberedForMs) return known.object;
    this.#remembered.delete(id);
    const object = await this.#source.get(key);
    if (object !== undefined) this.#remembered.set(id, { object, readAtMs });
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size > mostRemembered) this.#remembered.delete(oldest);
    return object;
  }

  list(options: ListOptions): Promise<ObjectList<Kinds[K]>> {
    return this.#source.list(options);
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent<Kinds[K]>> {
    return this.#source.watch(options);
  }

  wrote(object: Kinds[K]): void {
    this.#remembered.delete(formatKey(object.metadata));
  }

  deleted(key: ObjectKey): void {
    this.#remembered.delete(formatKey(key));
  }
}
