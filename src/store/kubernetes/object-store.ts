import type { KindName, Kinds } from '../../api/kinds.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import type {
  ListOptions,
  MetadataPatch,
  ObjectList,
  ObjectStore,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../store.ts';
import type { ObjectReader } from './object-reader.ts';
import type { ObjectWriter } from './object-writer.ts';

/** How the objects of one kind are read and written. */
export interface Access<K extends KindName> {
  readonly reader: ObjectReader<K>;
  readonly writer: ObjectWriter<K>;
}

export type AccessByKind = { readonly [K in KindName]: Access<K> };

/** The port over an API server. */
export class KubernetesObjectStore implements ObjectStore {
  readonly #access: AccessByKind;

  constructor(access: AccessByKind) {
    this.#access = access;
  }

  async get<K extends KindName>(kind: K, key: ObjectKey): Promise<Kinds[K] | undefined> {
    return this.#of(kind).reader.get(key);
  }

  async list<K extends KindName>(kind: K, options: ListOptions = {}): Promise<ObjectList<Kinds[K]>> {
    return this.#of(kind).reader.list(options);
  }

  watch<K extends KindName>(kind: K, options: WatchOptions): AsyncIterable<WatchEvent<Kinds[K]>> {
    return this.#of(kind).reader.watch(options);
  }

  async create<K extends KindName>(object: Kinds[K]): Promise<Kinds[K]> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the kind of an object of type Kinds[K] is K
    return this.#of(object.kind as K).writer.create(object);
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  async writeStatus<K extends KindName>(
    kind: K,
    key: ObjectKey,
    status: NonNullable<Kinds[K]['status']>,
    options: WriteOptions = {},
  ): Promise<Kinds[K]> {
    return this.#of(kind).writer.writeStatus(key, status, options);
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  async patchMetadata<K extends KindName>(
    kind: K,
    key: ObjectKey,
    patch: MetadataPatch,
    options: WriteOptions = {},
  ): Promise<Kinds[K]> {
    return this.#of(kind).writer.patchMetadata(key, patch, options);
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  async patchSpec<K extends KindName>(
    kind: K,
    key: ObjectKey,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions = {},
  ): Promise<Kinds[K]> {
    return this.#of(kind).writer.patchSpec(key, patch, options);
  }

  async delete<K extends KindName>(kind: K, key: ObjectKey, options: WriteOptions = {}): Promise<void> {
    await this.#of(kind).writer.delete(key, options);
  }

  #of<K extends KindName>(kind: K): Access<K> {
    return this.#access[kind];
  }
}
