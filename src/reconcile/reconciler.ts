import { isDeepStrictEqual } from 'node:util';
import { fluxFinalizer, reconcileRequestAnnotation } from '../api/annotations.ts';
import type { ReconciledKind, Kinds, StatusOf } from '../api/kinds.ts';
import type { Clock } from '../model/clock.ts';
import { isTidemarkError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { formatKey } from '../model/object-key.ts';
import type { EventLog, EventRecord, ObjectStore } from '../store/store.ts';
import { changeFinalizer } from './change-finalizer.ts';
import { chooseEvent } from './choose-event.ts';
import { findCondition, hasVerdict } from './conditions.ts';
import type { Controller, Done, Run } from './controller.ts';
import { finalize } from './finalize.ts';
import type { Outcome } from './outcome.ts';

export interface ReconcilerDeps {
  readonly store: ObjectStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly log: Log;
  /** Turns an error into an outcome; the one place where codes become conditions. */
  readonly judge: (error: unknown) => Outcome;
  readonly wake: (target: string) => void;
  /** Told of every status that was written, at once: the watch brings the same news later. */
  readonly written: (kind: ReconciledKind, object: Kinds[ReconciledKind]) => void;
}

/** What the queue has to know after one pass. */
export type Pass =
  | { readonly type: 'done'; readonly outcome: Outcome }
  /** Suspended, or gone. */
  | { readonly type: 'skipped' };

interface Context<K extends ReconciledKind> {
  readonly controller: Controller<K>;
  readonly object: Kinds[K];
  readonly key: ObjectKey;
  readonly now: Date;
  readonly requestedAt: string | undefined;
}

const mostTries = 5;

/** One pass over one object: gather, decide and act in the controller, then commit once whatever happened. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  async reconcile<K extends ReconciledKind>(
    controller: Controller<K>,
    key: ObjectKey,
    signal: AbortSignal,
  ): Promise<Pass> {
    const stored = await this.#deps.store.get(controller.kind, key);
    if (stored === undefined) return { type: 'skipped' };
    if (stored.metadata.deletionTimestamp !== undefined) return this.#finish(controller, stored);
    const object = await changeFinalizer<K>(this.#deps.store, stored, 'set');
    if (object === undefined) return { type: 'skipped' };
    const requestedAt = object.metadata.annotations?.[reconcileRequestAnnotation];
    const context = { controller, object, key, requestedAt, now: this.#deps.clock.now() };
    if (object.spec.suspend === true) return this.#acknowledge(context);
    return this.#run(context, signal);
  }

  async #run<K extends ReconciledKind>(context: Context<K>, signal: AbortSignal): Promise<Pass> {
    const { controller, object, requestedAt } = context;
    const status = statusOf(object);
    const wakes = new Set<string>();
    const passed = new Set<string>();
    const notes = new Map<string, string>();
    const requested = requestedAt !== undefined && requestedAt !== status.lastHandledReconcileAt;
    const run: Run<K> = {
      object,
      now: context.now,
      requested,
      newGeneration: status.observedGeneration !== object.metadata.generation,
      log: this.#deps.log.with({ kind: controller.kind, name: formatKey(context.key) }),
      signal,
      draft: structuredClone(status),
      wake: (target) => wakes.add(target),
      annotate: (key, value) => void notes.set(key, value),
      passed: (...reasons) => {
        for (const reason of reasons) passed.add(reason);
      },
    };
    const { outcome, done } = await this.#attempt(controller, run);
    if (outcome.type !== 'pending') await this.#commit(context, { run, outcome, done, passed });
    await this.#annotate(context, notes);
    for (const target of wakes) this.#deps.wake(target);
    return { type: 'done', outcome };
  }

  async #attempt<K extends ReconciledKind>(
    controller: Controller<K>,
    run: Run<K>,
  ): Promise<{ readonly outcome: Outcome; readonly done: Done | undefined }> {
    try {
      const done = await controller.run(run);
      return { done, outcome: { type: 'ready', message: done.message, requeueAfterMs: done.requeueAfterMs } };
    } catch (error) {
      // A run that was cut off by a stop says nothing about the object.
      if (run.signal.aborted) throw error;
      if (!isTidemarkError(error))
        run.log.error('unexpected error', { error: messageOf(error), stack: stackOf(error) });
      return { done: undefined, outcome: this.#deps.judge(error) };
    }
  }

  async #commit<K extends ReconciledKind>(
    context: Context<K>,
    result: {
      readonly run: Run<K>;
      readonly outcome: Exclude<Outcome, { type: 'pending' }>;
      readonly done: Done | undefined;
      readonly passed: ReadonlySet<string>;
    },
  ): Promise<void> {
    const { object, requestedAt } = context;
    const before = statusOf(object);
    const readyBefore = findCondition(before.conditions ?? [], 'Ready');
    const { conditions, observedGeneration } = finalize({
      before: before.conditions ?? [],
      generation: object.metadata.generation ?? 1,
      observedGeneration: before.observedGeneration ?? -1,
      now: context.now,
      outcome: result.outcome,
      earlierFailurePassed: readyBefore !== undefined && result.passed.has(readyBefore.reason),
    });
    const status: StatusOf<K> = {
      ...result.run.draft,
      conditions: [...conditions],
      observedGeneration,
      ...(requestedAt === undefined ? {} : { lastHandledReconcileAt: requestedAt }),
    };
    await this.#write(context, status);
    const event = chooseEvent(before, status, result);
    if (event !== undefined) await this.#record(context, event);
  }

  /** Writes the status if it changed. Somebody else's write in between is no reason to lose ours: the status is ours alone. */
  async #write<K extends ReconciledKind>(context: Context<K>, status: StatusOf<K>): Promise<void> {
    if (isDeepStrictEqual(status, statusOf(context.object))) return;
    const { kind } = context.controller;
    const { uid } = context.object.metadata;
    let { resourceVersion } = context.object.metadata;
    for (let tries = 0; ; tries += 1) {
      try {
        const written = await this.#deps.store.writeStatus(
          kind,
          context.key,
          status,
          resourceVersion === undefined ? {} : { resourceVersion },
        );
        this.#deps.written(kind, written);
        return;
      } catch (error) {
        if (isTidemarkError(error, 'NotFound')) return;
        if (!isTidemarkError(error, 'Conflict') || tries === mostTries) throw error;
        const fresh = await this.#deps.store.get(kind, context.key);
        if (fresh === undefined || fresh.metadata.uid !== uid) return;
        resourceVersion = fresh.metadata.resourceVersion;
      }
    }
  }

  async #annotate<K extends ReconciledKind>(
    { controller: { kind }, object, key }: Context<K>,
    notes: ReadonlyMap<string, string>,
  ): Promise<void> {
    const present = object.metadata.annotations ?? {};
    const news = [...notes].filter(([name, value]) => present[name] !== value);
    if (news.length === 0) return;
    for (let tries = 1; ; tries += 1) {
      // It may have been made anew under its name: then the notes are not about it.
      const current = await this.#deps.store.get(kind, key);
      if (current === undefined || current.metadata.uid !== object.metadata.uid) return;
      const { resourceVersion } = current.metadata as Kinds[K]['metadata'];
      const options = resourceVersion === undefined ? {} : { resourceVersion };
      try {
        await this.#deps.store.patchMetadata(kind, key, { annotations: Object.fromEntries(news) }, options);
        return;
      } catch (error) {
        if (isTidemarkError(error, 'NotFound')) return;
        if (!isTidemarkError(error, 'Conflict') || tries === mostTries) throw error;
      }
    }
  }

  async #acknowledge<K extends ReconciledKind>(context: Context<K>): Promise<Pass> {
    const { controller, object, requestedAt } = context;
    const before = statusOf(object);
    const status = structuredClone(before);
    if (controller.acknowledgesWhileSuspended && requestedAt !== undefined)
      status.lastHandledReconcileAt = requestedAt;
    // What tools go by: an object whose last verdict stands has been seen as it is now.
    const { generation } = object.metadata;
    if (generation !== undefined && hasVerdict(before.conditions ?? []))
      status.observedGeneration = generation;
    await this.#write(context, status);
    return { type: 'skipped' };
  }

  async #finish<K extends ReconciledKind>(controller: Controller<K>, object: Kinds[K]): Promise<Pass> {
    if (object.metadata.finalizers?.includes(fluxFinalizer) !== true) return { type: 'skipped' };
    await controller.forget(object);
    await changeFinalizer<K>(this.#deps.store, object, 'removed');
    return { type: 'skipped' };
  }

  async #record<K extends ReconciledKind>(
    { controller, object }: Context<K>,
    event: Pick<EventRecord, 'type' | 'reason' | 'message'>,
  ): Promise<void> {
    await this.#deps.events.record({ kind: controller.kind, object, ...event });
  }
}

function statusOf<K extends ReconciledKind>(object: Kinds[K]): StatusOf<K> {
  return object.status ?? {};
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
