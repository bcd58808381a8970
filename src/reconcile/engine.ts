import { reconcileRequestAnnotation } from '../api/annotations.ts';
import type { KindName, Kinds } from '../api/kinds.ts';
import type { Clock } from '../model/clock.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import type { Log } from '../model/log.ts';
import { formatKey } from '../model/object-key.ts';
import type { EventLog, ObjectStore } from '../store/store.ts';
import type { BackoffOptions } from './backoff.ts';
import type { AnyController, AnyHerald } from './controller.ts';
import { follow } from './follow.ts';
import { Lane } from './lane.ts';
import { News } from './news.ts';
import type { Observer } from './observer.ts';
import type { Outcome } from './outcome.ts';
import type { After } from './agenda.ts';
import { Reconciler } from './reconciler.ts';

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
  /** The only objects to work on, as `Kind namespace/name`; all when absent. */
  readonly only?: ReadonlySet<string>;
  /** Label selector text: of the kinds that have a controller only these objects are worked on. The others are read all the same. */
  readonly shard?: string | undefined;
  readonly backoff?: BackoffOptions;
  readonly observer?: Observer;
}

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
  readonly #news: News;
  readonly #lanes = new Map<string, Lane>();
  readonly #stop = new AbortController();
  readonly #watches: Promise<void>[] = [];
  readonly #idleWaiters = new Set<() => void>();
  readonly #shard: LabelSelector;
  /** Kinds whose first list is complete. */
  readonly #listed = new Set<KindName>();
  #syncing = 0;
  #started = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#news = new News(options.heralds);
    this.#shard = parseLabelSelector(options.shard ?? '');
    const reconciler = new Reconciler({
      ...options,
      wake: (target) => this.wake(target),
      written: (kind, object) => {
        if (this.#news.note(kind, object)) this.#proclaim(kind, object);
      },
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
    for (const referrer of this.#news.referrersOf(target)) {
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

  /** Resolves when everything of the kind that exists has been queued. */
  #follow<K extends KindName>(kind: K): Promise<void> {
    this.#syncing += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen = new Map<string, Seen>();
    const listed = (): void => {
      if (this.#listed.has(kind)) return;
      this.#listed.add(kind);
      this.#syncing -= 1;
      resolve();
      this.#settle();
    };
    const watch = follow(
      kind,
      { ...this.#options, signal: this.#stop.signal },
      {
        changed: (object) => this.#changed(kind, object, seen),
        gone: (key) => {
          seen.delete(key);
          this.#vanished(kind, key);
        },
        listed,
      },
    );
    this.#watches.push(watch.finally(listed));
    return promise;
  }

  #changed<K extends KindName>(kind: K, object: Kinds[K], seen: Map<string, Seen>): void {
    const key = formatKey(object.metadata);
    const before = seen.get(key);
    const now: Seen = {
      generation: object.metadata.generation,
      requestedAt: object.metadata.annotations?.[reconcileRequestAnnotation],
      deleting: object.metadata.deletionTimestamp !== undefined,
    };
    const lane = this.#lanes.get(kind);
    const isOurs = this.#shard.matches(object.metadata.labels);
    if (isOurs) seen.set(key, now);
    else if (seen.delete(key)) this.#left(kind, key);
    if (lane !== undefined && isOurs && calls(before, now)) {
      this.#news.refer(kind, key, lane.learn(key, object));
      lane.add(key);
    }
    // What stands in the first list is news to nobody: all that could refer to it has its first run ahead.
    const isNews = this.#news.note(kind, object) && this.#listed.has(kind);
    if (isNews) this.#proclaim(kind, object);
  }

  /** The object is another shard's now. Should it come back it is new. */
  #left(kind: KindName, key: string): void {
    this.#lanes.get(kind)?.forget(key);
    this.#news.refer(kind, key, []);
  }

  #vanished(kind: KindName, key: string): void {
    this.#lanes.get(kind)?.forget(key);
    if (this.#news.forget(kind, key)) this.wake(`${kind}/${key}`);
  }

  #proclaim<K extends KindName>(kind: K, object: Kinds[K]): void {
    const target = this.#news.targetOf(kind, object);
    if (target !== undefined) this.wake(target);
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
