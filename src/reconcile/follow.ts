import type { KindName, Kinds } from '../api/kinds.ts';
import type { Clock } from '../model/clock.ts';
import { isTidemarkError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import { formatKey } from '../model/object-key.ts';
import type { ObjectStore, WatchEvent } from '../store/store.ts';

export interface FollowDeps {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What becomes of the objects of a kind. Each is told of in order, and none is left out, whatever breaks on the way. */
export interface Followed<K extends KindName> {
  changed(object: Kinds[K]): void;
  gone(key: string): void;
  /** Everything that exists has been told of. Called after each fresh list. */
  listed(): void;
}

const pauseMs = 1000;

/** Follows the objects of a kind until the signal is aborted: lists, watches, resumes, and lists again when it must. */
export async function follow<K extends KindName>(
  kind: K,
  deps: FollowDeps,
  followed: Followed<K>,
): Promise<void> {
  const round = new Round(followed);
  while (!deps.signal.aborted) {
    try {
      const { resourceVersion } = round;
      const options = { signal: deps.signal, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      round.begin();
      for await (const event of deps.store.watch(kind, options)) round.take(event);
    } catch (error) {
      if (deps.signal.aborted) return;
      if (isTidemarkError(error, 'WatchExpired')) round.resourceVersion = undefined;
      deps.log.error('watch broke off, starting it again', { kind, error: messageOf(error) });
      await deps.clock.sleep(pauseMs, deps.signal).catch(() => undefined);
    }
  }
}

/** What is known of a kind, from one watch to the next. */
class Round<K extends KindName> {
  resourceVersion: string | undefined;
  readonly #followed: Followed<K>;
  readonly #known = new Set<string>();
  /** What a fresh list has not confirmed yet. */
  #doubtful = new Set<string>();

  constructor(followed: Followed<K>) {
    this.#followed = followed;
  }

  begin(): void {
    this.#doubtful = this.resourceVersion === undefined ? new Set(this.#known) : new Set();
  }

  take(event: WatchEvent<Kinds[K]>): void {
    this.resourceVersion = event.resourceVersion;
    if (event.type === 'bookmark') return this.#confirm();
    const key = formatKey(event.object.metadata);
    this.#doubtful.delete(key);
    if (event.type === 'deleted') return this.#drop(key);
    this.#known.add(key);
    this.#followed.changed(event.object);
  }

  /** What was known before a fresh list and is not in it has gone meanwhile. */
  #confirm(): void {
    for (const key of this.#doubtful) this.#drop(key);
    this.#doubtful.clear();
    this.#followed.listed();
  }

  #drop(key: string): void {
    this.#known.delete(key);
    this.#followed.gone(key);
  }
}
