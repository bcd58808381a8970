import { reconcileRequestAnnotation } from '../api/annotations.ts';
import type { KindName, Kinds, ReconciledKind } from '../api/kinds.ts';
import type { Clock } from '../model/clock.ts';
import { isTidemarkError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import { formatKey } from '../model/object-key.ts';
import type { EventLog, ObjectStore, WatchEvent } from '../store/store.ts';
import type { BackoffOptions } from './backoff.ts';
import type { Controller, Herald } from './controller.ts';
import { Lane } from './lane.ts';
import type { Outcome } from './outcome.ts';
import type { After } from './queue.ts';
import { Reconciler } from './reconciler.ts';
import { Referrers } from './referrers.ts';

/** Told about every pass, for metrics and for progress on a terminal. */
export interface Observer {
  ran(
    kind: ReconciledKind,
    key: string,
    result: { readonly seconds: number; readonly outcome: Outcome | undefined },
  ): void;
  deleted(kind: ReconciledKind, key: string): void;
}

export interface EngineOptions {
  readonly store: ObjectStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly after: After;
  readonly log: Log;
  readonly judge: (error: unknown) => Outcome;
  readonly controllers: readonly AnyController[];
  readonly heralds: readonly AnyHerald[];
  /** Workers per kind. */
  readonly concurrency: number;
  readonly backoff?: BackoffOptions;
  readonly observer?: Observer;
}

export type AnyController = { readonly [K in ReconciledKind]: Controller<K> }[ReconciledKind];
export type AnyHerald = { readonly [K in KindName]: Herald<K> }[KindName];

interface Seen {
  readonly generation: number | undefined;
  readonly requestedAt: string | undefined;
  readonly deleting: boolean;
}

/**
 * Keeps objects reconciled: watches them, queues what changed and what refers to it, and runs the controllers.
 * Events are the normal case; intervals are the safety net.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #referrers = new Referrers();
  readonly #lanes = new Map<string, Lane>();
  readonly #stop = new AbortController();
  readonly #watches: Promise<void>[] = [];
  /** What others care about in each object, by kind and key. */
  readonly #fingerprints = new Map<KindName, Map<string, string>>();
  readonly #idleWaiters = new Set<() => void>();
  #syncing = 0;
  #started = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const reconciler = new Reconciler({
      ...options,
      wake: (target) => this.wake(target),
      written: (kind, object) => this.#proclaim(kind, object),
    });
    for (const controller of options.controllers) {
      this.#lanes.set(
        controller.kind,
        new Lane({
          ...options,
          controller,
          reconciler,
          signal: this.#stop.signal,
          quiet: () => this.#settle(),
          upstream: (kinds, namespace) => this.#busy(kinds, namespace),
        }),
      );
    }
  }

  /** Starts watching and working. Resolves once every kind has been listed and queued. */
  async start(): Promise<void> {
    const kinds = new Set<KindName>([
      ...this.#options.controllers.map(({ kind }) => kind),
      ...this.#options.heralds.map(({ kind }) => kind),
    ]);
    const listed = [...kinds].map((kind) => this.#follow(kind));
    this.#started = true;
    await Promise.all(listed);
  }

  /** Queues everything that refers to `target`. */
  wake(target: string): void {
    for (const referrer of this.#referrers.of(target)) {
      const slash = referrer.indexOf(' ');
      const [kind, key] = [referrer.slice(0, slash), referrer.slice(slash + 1)];
      const lane = this.#lanes.get(kind);
      // An object without a controller passes the news on to those that refer to it.
      if (lane === undefined) this.wake(`${kind}/${key}`);
      else lane.wake(key);
    }
  }

  /** Resolves when nothing is queued, running, or about to be decided. Retries and intervals do not count. */
  async idle(): Promise<void> {
    while (!this.#isIdle()) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve));
  }

  /** Lets no new work begin, calls off what runs, and waits for it. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopped'));
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    await Promise.all(this.#watches);
    this.#settle();
  }

  /** Every kind has been listed. */
  get ready(): boolean {
    return this.#started && this.#syncing === 0;
  }

  depths(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#lanes].map(([kind, lane]) => [kind, lane.waiting]));
  }

  #follow(kind: KindName): Promise<void> {
    this.#syncing += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const synced = (): void => {
      this.#syncing -= 1;
      resolve();
      this.#settle();
    };
    this.#watches.push(this.#watch(kind, once(synced)));
    return promise;
  }

  async #watch(kind: KindName, synced: () => void): Promise<void> {
    const { clock, log } = this.#options;
    const seen = new Map<string, Seen>();
    let resourceVersion: string | undefined;
    while (!this.#stop.signal.aborted) {
      try {
        const known = resourceVersion === undefined ? new Set(seen.keys()) : undefined;
        const options = {
          signal: this.#stop.signal,
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        };
        for await (const event of this.#options.store.watch(kind, options)) {
          resourceVersion = event.resourceVersion;
          if (event.type === 'bookmark') {
            // What was known before a fresh list and is not in it has gone meanwhile.
            for (const gone of known ?? []) this.#vanished(kind, gone, seen);
            known?.clear();
            synced();
            continue;
          }
          known?.delete(formatKey(event.object.metadata));
          this.#changed(kind, event, seen);
        }
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        if (isTidemarkError(error, 'WatchExpired')) resourceVersion = undefined;
        log.error('watch broke off, starting it again', { kind, error: messageOf(error) });
        await clock.sleep(1000, this.#stop.signal).catch(() => undefined);
      }
    }
    synced();
  }

  #changed<K extends KindName>(
    kind: K,
    event: Exclude<WatchEvent<Kinds[K]>, { type: 'bookmark' }>,
    memory: Map<string, Seen>,
  ): void {
    const { object } = event;
    const key = formatKey(object.metadata);
    if (event.type === 'deleted') return this.#vanished(kind, key, memory);
    const before = memory.get(key);
    const now: Seen = {
      generation: object.metadata.generation,
      requestedAt: object.metadata.annotations?.[reconcileRequestAnnotation],
      deleting: object.metadata.deletionTimestamp !== undefined,
    };
    memory.set(key, now);
    const lane = this.#lanes.get(kind);
    if (lane !== undefined && calls(before, now)) {
      this.#referrers.set(`${kind} ${key}`, lane.learn(key, object));
      lane.add(key);
    }
    this.#proclaim(kind, object);
  }

  #vanished(kind: KindName, key: string, memory: Map<string, Seen>): void {
    memory.delete(key);
    this.#referrers.set(`${kind} ${key}`, []);
    this.#lanes.get(kind)?.forget(key);
    if (this.#fingerprints.get(kind)?.delete(key) === true) this.wake(`${kind}/${key}`);
  }

  #proclaim<K extends KindName>(kind: K, object: Kinds[K]): void {
    const herald = this.#options.heralds.find((candidate) => candidate.kind === kind) as
      | Herald<K>
      | undefined;
    if (herald === undefined) return;
    const key = formatKey(object.metadata);
    const fingerprint = herald.fingerprint(object);
    const known = this.#fingerprints.get(kind) ?? new Map<string, string>();
    this.#fingerprints.set(kind, known);
    const before = known.get(key) ?? '';
    known.set(key, fingerprint);
    if (herald.references !== undefined) this.#referrers.set(`${kind} ${key}`, herald.references(object));
    if (before !== fingerprint) this.wake(herald.target(object));
  }

  #busy(kinds: readonly KindName[], namespace: string): boolean {
    return kinds.some((kind) => this.#lanes.get(kind)?.busyIn(namespace) ?? false);
  }

  #isIdle(): boolean {
    return this.#syncing === 0 && [...this.#lanes.values()].every((lane) => lane.idle);
  }

  /** Something came to rest: others may wait for that. */
  #settle(): void {
    for (const lane of this.#lanes.values()) lane.poke();
    if (!this.#isIdle() && !this.#stop.signal.aborted) return;
    const waiters = [...this.#idleWaiters];
    this.#idleWaiters.clear();
    for (const waiter of waiters) waiter();
  }
}

/** Whether a change of an object calls for a run: new, another generation, another requested run, or deletion. */
function calls(before: Seen | undefined, now: Seen): boolean {
  if (before === undefined || before.generation !== now.generation || before.deleting !== now.deleting)
    return true;
  return now.requestedAt !== undefined && before.requestedAt !== now.requestedAt;
}

function once(run: () => void): () => void {
  let ran = false;
  return () => {
    if (!ran) run();
    ran = true;
  };
}
