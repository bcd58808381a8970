import type { KindName, Kinds } from '../../api/kinds.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type { ListOptions, ObjectList, WatchEvent, WatchOptions } from '../store.ts';

/** How the objects of one kind are read: out of a cache, or from the server each time. */
export interface ObjectReader<K extends KindName> {
  get(key: ObjectKey): Promise<Kinds[K] | undefined>;
  list(options: ListOptions): Promise<ObjectList<Kinds[K]>>;
  watch(options: WatchOptions): AsyncIterable<WatchEvent<Kinds[K]>>;
  /** A write of ours has been confirmed. */
  wrote(object: Kinds[K]): void;
  /** An object is gone because of us. */
  deleted(key: ObjectKey, uid: string): void;
}
