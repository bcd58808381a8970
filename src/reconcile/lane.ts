import type { KindName, Kinds, ReconciledKind } from '../api/kinds.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import { parseKey } from '../model/object-key.ts';
import type { BackoffOptions } from './backoff.ts';
import { Agenda } from './agenda.ts';
import { Backoff, defaultBackoff } from './backoff.ts';
import type { AnyController, Controller } from './controller.ts';
import type { Observer } from './observer.ts';
import type { Outcome } from './outcome.ts';
import type { After } from './agenda.ts';
import { WorkQueue } from './queue.ts';
import type { Reconciler } from './reconciler.ts';

export interface LaneOptions {
  readonly controller: AnyController;
  readonly reconciler: Reconciler;
  readonly clock: Clock;
  readonly after: After;
  readonly log: Log;
  readonly judge: (error: unknown) => Outcome;
  readonly concurrency: number;
  readonly only?: ReadonlySet<string>;
  readonly backoff?: BackoffOptions;
  readonly observer?: Observer;
  readonly signal: AbortSignal;
  /** Called each time a key is finished. */
  readonly quiet: () => void;
  /** Whether any of `kinds` is at work in `namespace`. */
  readonly upstream: (kinds: readonly KindName[], namespace: string) => boolean;
}

/** One kind at work: its queue, its workers, its retries. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: WorkQueue;
  readonly #backoff: Backoff;
  readonly #running = new Set<Promise<void>>();
  /** Keys that were woken and wait for what feeds them to settle. */
  readonly #settling = new Map<string, { readonly sinceMs: number; readonly lastMs: number }>();
  readonly #groups = new Map<string, string>();
  /** How many keys of each group are worked on, and of each namespace. */
  readonly #crowds = new Map<string, number>();
  readonly #guests = new Map<string, number>();
  /** Keys whose last run came too early to tell. */
  readonly #pending = new Set<string>();
  /** When keys that wait for what feeds them are looked at again. */
  readonly #alarm: Agenda;
  #willPoke = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    const timing = { after: options.after, nowMs: () => options.clock.monotonicMs() };
    this.#queue = new WorkQueue({
      ...timing,
      onReady: () => this.#pokeSoon(),
      groupOf: (key) => this.#groups.get(key) ?? '',
    });
    this.#alarm = new Agenda(timing, () => this.poke());
    this.#backoff = new Backoff(options.backoff ?? defaultBackoff);
  }

  add(key: string): void {
    const { controller, only, signal } = this.#options;
    const wanted = only === undefined || only.has(`${controller.kind} ${key}`);
    if (wanted && !signal.aborted) this.#queue.add(key);
  }

  /** Like `add`, for a key whose dependency changed: more such changes may be on their way. */
  wake(key: string): void {
    const settling = this.#options.controller.settlesAfter;
    if (settling !== undefined) {
      const nowMs = this.#options.clock.monotonicMs();
      this.#settling.set(key, { sinceMs: this.#settling.get(key)?.sinceMs ?? nowMs, lastMs: nowMs });
    }
    this.add(key);
  }

  forget(key: string): void {
    this.#queue.forget(key);
    this.#groups.delete(key);
    this.#backoff.forget(key);
    this.#pending.delete(key);
    this.#settling.delete(key);
    this.#options.observer?.deleted(this.#options.controller.kind, key);
    this.#options.quiet();
  }

  /** Takes note of an object that is new or has changed. Returns what it depends on. */
  learn(key: string, object: Kinds[KindName]): readonly string[] {
    const controller = this.#options.controller as Controller<ReconciledKind>;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the engine hands a lane objects of its own kind only
    const own = object as Kinds[ReconciledKind];
    const group = controller.group?.(own);
    if (group !== undefined) this.#groups.set(key, group);
    return controller.references(own);
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  get idle(): boolean {
    return this.#queue.depth === 0 && this.#pending.size === 0;
  }

  busyIn(namespace: string): boolean {
    return this.#queue.busyIn(namespace);
  }

  /** Gives free workers what is ready. */
  poke(): void {
    const workers = this.#options.controller.crowd?.workers ?? this.#options.concurrency;
    const admission = {
      namespace: (namespace: string) => (this.#guests.get(namespace) ?? 0) < mostOfOneNamespace(workers),
      group: (group: string) => this.#hasRoom(group),
      key: (key: string) => this.#hasSettled(key),
    };
    while (!this.#options.signal.aborted && this.#running.size < workers) {
      const key = this.#queue.take(admission);
      if (key === undefined) return;
      this.#settling.delete(key);
      const leave = this.#enter(key);
      const work = this.#work(key).finally(() => {
        leave();
        this.#running.delete(work);
        this.#queue.done(key);
        this.#options.quiet();
      });
      this.#running.add(work);
    }
  }

  async close(): Promise<void> {
    this.#queue.close();
    this.#alarm.clear();
    await Promise.all(this.#running);
  }

  /** Many keys may become ready in one go. */
  #pokeSoon(): void {
    if (this.#willPoke) return;
    this.#willPoke = true;
    queueMicrotask(() => {
      this.#willPoke = false;
      this.poke();
    });
  }

  #hasRoom(group: string): boolean {
    const { crowd } = this.#options.controller;
    return crowd === undefined || group === '' || (this.#crowds.get(group) ?? 0) < crowd.perGroup;
  }

  /** Counts a key into its group and its namespace. Returns how to count it out. */
  #enter(key: string): () => void {
    const group = this.#groups.get(key);
    const leaveNamespace = countIn(this.#guests, parseKey(key).namespace);
    const leaveGroup = group === undefined ? undefined : countIn(this.#crowds, group);
    return () => {
      leaveNamespace();
      leaveGroup?.();
    };
  }

  /** Changes that arrive together belong into one run: wait while what feeds this key is at work and still brings some. */
  #hasSettled(key: string): boolean {
    const settling = this.#options.controller.settlesAfter;
    const held = this.#settling.get(key);
    if (settling === undefined || held === undefined) return true;
    if (!this.#options.upstream(settling.kinds, parseKey(key).namespace)) return true;
    const nowMs = this.#options.clock.monotonicMs();
    const untilMs = Math.min(held.lastMs + settling.quietMs, held.sinceMs + settling.atMostMs);
    if (nowMs >= untilMs) return true;
    this.#alarm.add('', untilMs);
    return false;
  }

  async #work(key: string): Promise<void> {
    const { clock, controller, observer, signal } = this.#options;
    const startedMs = clock.monotonicMs();
    const outcome = await this.#pass(key);
    observer?.ran(controller.kind, key, { seconds: (clock.monotonicMs() - startedMs) / 1000, outcome });
    if (outcome?.type === 'pending') this.#pending.add(key);
    else this.#pending.delete(key);
    if (!signal.aborted) this.#schedule(key, outcome);
  }

  async #pass(key: string): Promise<Outcome | undefined> {
    const { controller, log, reconciler, signal } = this.#options;
    try {
      const pass = await reconciler.reconcile(controller, parseKey(key), signal);
      return pass.type === 'done' ? pass.outcome : undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      // The run could not be written down: nothing is lost, it is done again.
      log.error('could not finish a run', { kind: controller.kind, name: key, error: messageOf(error) });
      return {
        type: 'failed',
        reason: 'Failed',
        message: messageOf(error),
        retryAfterMs: undefined,
        keepsReadyFalse: true,
      };
    }
  }

  #schedule(key: string, outcome: Outcome | undefined): void {
    if (outcome?.type !== 'failed' || outcome.retryAfterMs !== undefined) this.#backoff.forget(key);
    switch (outcome?.type) {
      case 'ready':
        if (outcome.requeueAfterMs !== undefined) this.#queue.addAfter(key, outcome.requeueAfterMs);
        return;
      case 'failed':
        return this.#queue.addAfter(key, outcome.retryAfterMs ?? this.#backoff.next(key));
      case 'pending':
        return this.#queue.addAfter(key, outcome.retryAfterMs);
      case 'stalled':
      case undefined:
        return;
    }
  }
}

/** Work that hangs in one namespace leaves a quarter of the workers to the others. */
function mostOfOneNamespace(workers: number): number {
  return workers - Math.floor(workers / 4);
}

function countIn(counts: Map<string, number>, name: string): () => void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  return () => {
    const left = (counts.get(name) ?? 1) - 1;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  };
}
