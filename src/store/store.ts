import type { CoreEvent } from '../api/event.ts';
import type { KindName, Kinds } from '../api/kinds.ts';
import type { ObjectMeta } from '../api/object.ts';
import type { ObjectKey } from '../model/object-key.ts';

/** Which objects. Absent means all. */
export interface ListOptions {
  readonly namespace?: string;
  /** Only objects of this name. */
  readonly name?: string;
  /** Kubernetes label selector text: `team=a,env in (dev,qa),!legacy`. */
  readonly labelSelector?: string;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** Where a watch may resume so that nothing after this list is missed. */
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T; readonly resourceVersion: string }
  /** Everything up to here has been delivered. The first one ends the initial list. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

export interface WatchOptions extends ListOptions {
  /**
   * Resume after this version: that of a list, or of an event that came with or after the first bookmark.
   * Without it every existing object comes first as `added`, then a bookmark.
   */
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
}

export interface WriteOptions {
  /** Refuse the write (`Conflict`) unless the object still has this version. */
  readonly resourceVersion?: string;
}

/** Keys set to null are removed; keys that are absent stay. */
export interface MetadataPatch {
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string | null>>;
  /** The whole new list. */
  readonly finalizers?: readonly string[];
}

/**
 * The objects that Tidemark works on, wherever they live. Two adapters (`local/`, `kubernetes/`), one contract suite.
 *
 * What a caller may rely on:
 * - `get` and `list` see every earlier write made through the same store. A write that has resolved is stored for good.
 * - objects are returned with schema defaults filled in, and are never mutated by the store afterwards: do not mutate them either
 *   (an adapter may have frozen them).
 * - an object that nobody has worked on yet has the status of its definition: `observedGeneration: -1` and nothing else.
 * - a change of spec raises `metadata.generation`; a status or metadata write does not. Every change gives a new `resourceVersion`;
 *   a write that changes nothing gives none, and nobody who watches hears of it. Versions are opaque: compare them for equality only.
 * - a write to an unknown key is `NotFound`; a stale one is `Conflict`; both leave everything as it was.
 * - an object with finalizers that is deleted stays, with `deletionTimestamp`, until its last finalizer is removed. One that is made
 *   anew under the same name has another `uid`.
 * - kinds that live outside of namespaces have the empty namespace, in keys and in `metadata.namespace`.
 * - Secrets are read when `get` is called. Lists and watches of them are there to learn that one has changed: they show no `data`.
 */
export interface ObjectStore {
  get<K extends KindName>(kind: K, key: ObjectKey): Promise<Kinds[K] | undefined>;
  /** By namespace and name. Throws `UsageError` for a selector that cannot be read. */
  list<K extends KindName>(kind: K, options?: ListOptions): Promise<ObjectList<Kinds[K]>>;
  /**
   * Changes in order. An object that leaves the selector counts as deleted, one that enters it as added.
   *
   * The iteration ends when `signal` is aborted. A version too old to resume from, or a reader too slow to keep up, throws `WatchExpired`:
   * start again without a version.
   */
  watch<K extends KindName>(kind: K, options: WatchOptions): AsyncIterable<WatchEvent<Kinds[K]>>;
  /** Throws `AlreadyExists`, or `ObjectInvalid` for one that does not fit its schema. A status is not taken along. */
  create<K extends KindName>(object: Kinds[K]): Promise<Kinds[K]>;
  /** Replaces the status as a whole. */
  writeStatus<K extends KindName>(
    kind: K,
    key: ObjectKey,
    status: NonNullable<Kinds[K]['status']>,
    options?: WriteOptions,
  ): Promise<Kinds[K]>;
  patchMetadata<K extends KindName>(
    kind: K,
    key: ObjectKey,
    patch: MetadataPatch,
    options?: WriteOptions,
  ): Promise<Kinds[K]>;
  /** JSON merge patch (RFC 7396) of the spec. Where somebody else owns the spec, all but `suspend` is refused (`OwnedByFile`). */
  patchSpec<K extends KindName>(
    kind: K,
    key: ObjectKey,
    patch: Readonly<Record<string, unknown>>,
    options?: WriteOptions,
  ): Promise<Kinds[K]>;
  delete<K extends KindName>(kind: K, key: ObjectKey, options?: WriteOptions): Promise<void>;
}

/** What happened to an object, before it is counted and stored. */
export interface EventRecord {
  readonly kind: KindName;
  readonly object: { readonly apiVersion: string; readonly metadata: ObjectMeta };
  /** `Trace` is stored as Normal and never sent on to a notification endpoint. */
  readonly type: 'Normal' | 'Warning' | 'Trace';
  readonly reason: string;
  readonly message: string;
}

/** Which events. Absent means all. */
export interface EventQuery {
  readonly namespace?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** Where events go, and where `events` reads them. Repeats of the same event raise its count. */
export interface EventLog {
  record(event: EventRecord): Promise<void>;
  /** The one that happened last comes last. */
  list(query?: EventQuery): Promise<readonly CoreEvent[]>;
  /** Those that there are, then each as it happens; one that happens again comes again. Ends when `signal` is aborted. */
  watch(options: EventQuery & { readonly signal: AbortSignal }): AsyncIterable<CoreEvent>;
}
