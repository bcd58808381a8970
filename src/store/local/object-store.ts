import { isDeepStrictEqual } from 'node:util';

import type { AnyObject, KindName, Kinds } from '../../api/kinds.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey } from '../../model/object-key.ts';
import type {
  ListOptions,
  MetadataPatch,
  ObjectList,
  ObjectStore,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../store.ts';
import { isStoredKind, nameOf } from './definition.ts';
import type { Entry, ObjectBook } from './object-book.ts';
import { adopted } from './ingester.ts';
import { patchOverlay, suspendOverlay } from './overlay.ts';
import type { OwnerDesk } from './owner-desk.ts';
import type { ReadOnlyObjects } from './read-only-objects.ts';
import type { StateWriter, Transaction } from './state-writer.ts';
import { frozenCopy, groundOf, hashSpec } from './stored-object.ts';
import type { WatchHub } from '../watch-hub.ts';
import { scopeOf } from '../watch-hub.ts';

export interface LocalObjectStoreParts {
  readonly book: ObjectBook;
  readonly readOnly: ReadOnlyObjects;
  readonly hub: WatchHub;
  readonly writer: StateWriter;
  readonly desk: OwnerDesk;
  /** Takes over what the files say. */
  readonly takeOver: () => void;
}

/** The port over YAML files and the state database. */
export class LocalObjectStore implements ObjectStore {
  readonly #parts: LocalObjectStoreParts;

  constructor(parts: LocalObjectStoreParts) {
    this.#parts = parts;
  }

  async get<K extends KindName>(kind: K, key: ObjectKey): Promise<Kinds[K] | undefined> {
    const { book, readOnly } = this.#parts;
    if (isStoredKind(kind)) return as(kind, book.find(kind, formatKey(key))?.object);
    return as(kind, kind === 'Secret' ? readOnly.secret(key) : readOnly.namespace(key.name));
  }

  async list<K extends KindName>(kind: K, options: ListOptions = {}): Promise<ObjectList<Kinds[K]>> {
    const scope = scopeOf(options);
    const items = [...this.#all(kind)]
      .filter((object) => scope.matches(object))
      .map((object) => as(kind, object));
    return { items, resourceVersion: this.#parts.hub.version };
  }

  watch<K extends KindName>(kind: K, options: WatchOptions): AsyncIterable<WatchEvent<Kinds[K]>> {
    const { resourceVersion: from, signal } = options;
    const events = this.#parts.hub.watch(kind, scopeOf(options), {
      from,
      signal,
      initial: () => this.#all(kind),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the hub gives only objects of this kind
    return events as AsyncIterable<WatchEvent<Kinds[K]>>;
  }

  async create<K extends KindName>(object: Kinds[K]): Promise<Kinds[K]> {
    this.#parts.desk.create(object);
    const kind: K = kindOf<K>(object);
    const created = await this.get(kind, object.metadata);
    if (created === undefined) throw notFound(kind, formatKey(object.metadata));
    return created;
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  async writeStatus<K extends KindName>(
    kind: K,
    key: ObjectKey,
    status: NonNullable<Kinds[K]['status']>,
    options: WriteOptions = {},
  ): Promise<Kinds[K]> {
    // Copied as it will be stored, so that the writer may go on with its own.
    const copy = frozenCopy(status);
    const object = await this.#parts.writer.submit('crash', (transaction) => {
      const entry = this.#expect(transaction, { kind, key, options });
      if (isDeepStrictEqual(copy, entry.stored.status)) return entry.object;
      return transaction.put({ ...entry.stored, status: copy }).object;
    });
    return as(kind, object);
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  async patchMetadata<K extends KindName>(
    kind: K,
    key: ObjectKey,
    patch: MetadataPatch,
    options: WriteOptions = {},
  ): Promise<Kinds[K]> {
    // What a person asked for outlives a power cut; finalizers are set anew if need be.
    const durability = patch.annotations === undefined && patch.labels === undefined ? 'crash' : 'power';
    let gone = false;
    const object = await this.#parts.writer.submit(durability, (transaction) => {
      const entry = this.#expect(transaction, { kind, key, options });
      const overlay = patchOverlay(entry.stored.overlay, patch, groundOf(entry.stored.manifest));
      if (overlay === entry.stored.overlay) return entry.object;
      const patched = transaction.put({ ...entry.stored, overlay });
      gone = patched.stored.deleted !== undefined && (overlay.finalizers ?? []).length === 0;
      if (gone) transaction.remove(patched);
      return patched.object;
    });
    // Perhaps it has been defined anew in the meantime.
    if (gone) this.#parts.takeOver();
    return as(kind, object);
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  async patchSpec<K extends KindName>(
    kind: K,
    key: ObjectKey,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions = {},
  ): Promise<Kinds[K]> {
    const object = await this.#parts.writer.submit('power', (transaction) => {
      const entry = this.#expect(transaction, { kind, key, options });
      const { stored } = entry;
      const suspend = wantsSuspended(entry, patch);
      const ground = groundOf(stored.manifest);
      if (!suspend && ground.suspend === true) throw suspendedInFile(entry);
      const overlay = suspendOverlay(stored.overlay, suspend, ground);
      if (overlay === stored.overlay) return entry.object;
      const specHash = hashSpec(stored.manifest, overlay);
      const generation = stored.generation + (specHash === stored.specHash ? 0 : 1);
      return transaction.put({ ...stored, overlay, specHash, generation }).object;
    });
    return as(kind, object);
  }

  async delete<K extends KindName>(kind: K, key: ObjectKey, options: WriteOptions = {}): Promise<void> {
    const object = await this.get<KindName>(kind, key);
    if (object === undefined) throw notFound(kind, formatKey(key));
    expectVersion(object, options);
    this.#parts.desk.delete(kind, formatKey(key));
  }

  #all(kind: KindName): Iterable<AnyObject> {
    const { book, readOnly } = this.#parts;
    return isStoredKind(kind) ? [...book.all(kind)].map(({ object }) => object) : readOnly.all(kind);
  }

  /** The object that is to be written, with a row. */
  #expect(
    transaction: Transaction,
    {
      kind,
      key,
      options,
    }: { readonly kind: KindName; readonly key: ObjectKey; readonly options: WriteOptions },
  ): Entry {
    if (!isStoredKind(kind)) throw this.#readOnlyKind(kind, formatKey(key));
    const entry = transaction.find(kind, formatKey(key));
    if (entry === undefined) throw notFound(kind, formatKey(key));
    expectVersion(entry.object, options);
    return adopted(entry, transaction);
  }

  #readOnlyKind(kind: KindName, key: string): TidemarkError {
    return new TidemarkError(
      'OwnedByFile',
      `${nameOf(kind, key)} is only read here: change it where it is defined`,
    );
  }
}

/** What a patch asks for. One that does not speak of `suspend` leaves it as it is. */
function wantsSuspended({ stored, object }: Entry, patch: Readonly<Record<string, unknown>>): boolean {
  const { suspend: wanted, ...others } = patch;
  const [field] = Object.keys(others);
  if (field === undefined && wanted === undefined) return isSuspended(object);
  if (field === undefined && (wanted === null || typeof wanted === 'boolean')) return wanted ?? false;
  const { file, line } = stored.place;
  throw new TidemarkError(
    'OwnedByFile',
    `${nameOf(stored.kind, stored.key)} is defined in ${file}:${line}: change spec.${field ?? 'suspend'} there (only suspend can be switched from here)`,
  );
}

function isSuspended({ spec }: AnyObject): boolean {
  return spec?.suspend === true;
}

function suspendedInFile({ stored }: Entry): TidemarkError {
  const { file, line } = stored.place;
  return new TidemarkError(
    'OwnedByFile',
    `${nameOf(stored.kind, stored.key)} is suspended in ${file}:${line}: remove "suspend: true" there to resume it`,
  );
}

function expectVersion({ kind, metadata }: AnyObject, { resourceVersion }: WriteOptions): void {
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return;
  throw new TidemarkError(
    'Conflict',
    `${nameOf(kind, formatKey(metadata))} has changed since version ${resourceVersion} was read: read it again`,
  );
}

function notFound(kind: KindName, key: string): TidemarkError {
  return new TidemarkError('NotFound', `there is no ${nameOf(kind, key)}`);
}

function kindOf<K extends KindName>(object: Kinds[K]): K {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object of a kind says so
  return object.kind as K;
}

/** The objects of a kind have the type of the kind: readers checked them against its schema. */
function as<K extends KindName>(kind: K, object: AnyObject): Kinds[K];
function as<K extends KindName>(kind: K, object: AnyObject | undefined): Kinds[K] | undefined;
function as<K extends KindName>(_kind: K, object: AnyObject | undefined): Kinds[K] | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return object as Kinds[K] | undefined;
}
