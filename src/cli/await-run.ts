import { kindDefinitions, type Kinds, type ReconciledKind } from '../api/kinds.ts';
import type { Home, Target } from '../app/home.ts';
import { formatMilliseconds } from '../go/duration.ts';
import { isTidemarkError, TidemarkError } from '../model/errors.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { outcomeText, verdictOf } from '../views/outcome-text.ts';
import { conditionOf, readinessOf } from '../views/readiness.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { followObjects } from './follow-objects.ts';
import type { Output } from './output.ts';

export interface Awaited<K extends ReconciledKind> {
  readonly kind: K;
  readonly key: ObjectKey;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** True once the run that is waited for has come to its end. */
  readonly isOver: (object: Kinds[K]) => boolean;
}

/** How often somebody looks whether the process that does the work is still there. */
const lookAfterMs = 1000;
/** After a wait of this length it may be that nobody is at work. */
const doubtAfterMs = 5000;

/**
 * Waits for a run of an object: of the process that works on the home, or else of this one.
 *
 * Returns the object as the run has left it. Throws `Aborted` when it takes too long.
 */
export async function awaitRun<K extends ReconciledKind>(
  home: Home,
  awaited: Awaited<K>,
  out: Output,
): Promise<Kinds[K]> {
  const { kind, key, timeoutMs } = awaited;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([awaited.signal, timeout]);
  try {
    let object: Kinds[K] | undefined;
    while (object === undefined) object = await runOnce(home, { ...awaited, signal }, out);
    return object;
  } catch (error) {
    if (!timeout.aborted) throw error;
    const now = await home.objects.get(kind, key);
    const state = now === undefined ? '' : `\nits state now: ${readinessOf(now).message}`;
    throw new TidemarkError(
      'Aborted',
      `${kind} ${key.name} was not done after ${formatMilliseconds(timeoutMs)}${state}`,
      { cause: error },
    );
  }
}

/** Waits for whoever does the work, or does it; undefined when somebody else began or left meanwhile. */
async function runOnce<K extends ReconciledKind>(
  home: Home,
  awaited: Awaited<K>,
  out: Output,
): Promise<Kinds[K] | undefined> {
  const { kind, key, signal } = awaited;
  if (home.worker() !== undefined) return waitForWorker(home, awaited, out);
  const isDone = await workHere(home, { kind, ...key }, { signal, out });
  return isDone ? mustExist(home, kind, key) : undefined;
}

/** Does the work in this process. False when another one came first and is at it now. */
async function workHere(
  home: Home,
  target: Target,
  { signal, out }: { readonly signal: AbortSignal; readonly out: Output },
): Promise<boolean> {
  out.say('doing', 'nothing else works on these objects: doing it here, once');
  try {
    await home.work([target], signal);
  } catch (error) {
    if (!isTidemarkError(error, 'StateLocked')) throw error;
    out.say('waiting', 'another process has begun to work on them');
    return false;
  }
  // A run that was called off has no result.
  signal.throwIfAborted();
  return true;
}

/** The object once its run is over; undefined when the worker has gone before that. */
async function waitForWorker<K extends ReconciledKind>(
  home: Home,
  awaited: Awaited<K>,
  out: Output,
): Promise<Kinds[K] | undefined> {
  const { kind, key, signal, isOver } = awaited;
  const gone = new AbortController();
  const look = setInterval(() => {
    if (home.worker() === undefined) gone.abort(new Error('the worker has gone'));
  }, lookAfterMs);
  const watched = AbortSignal.any([signal, gone.signal]);
  const doubt = setTimeout(() => void tellDoubt(home, watched, out), doubtAfterMs);
  try {
    const { namespace, name } = key;
    for await (const event of followObjects(home, kind, { namespace, name, signal: watched })) {
      if (event.type === 'bookmark') continue;
      if (event.type === 'deleted') throw notFound(kind, key.name);
      if (isOver(event.object)) return event.object;
    }
    signal.throwIfAborted();
    return undefined;
  } finally {
    clearInterval(look);
    clearTimeout(doubt);
  }
}

async function tellDoubt(home: Home, signal: AbortSignal, out: Output): Promise<void> {
  const reason = await home.whyIdle(signal);
  if (reason !== undefined && !signal.aborted) out.say('warning', reason);
}

/** True when the object as it is now has been through a run. */
export function isSettled(object: Kinds[ReconciledKind]): boolean {
  const seen = conditionOf(object, 'Ready')?.observedGeneration;
  return seen === object.metadata.generation && verdictOf(object) !== undefined;
}

/** Reports how a run has ended: 0 ready, 1 not. */
export function reportRun(object: Kinds[ReconciledKind], out: Output): ExitCode {
  if (verdictOf(object) === 'ready') {
    out.say('done', outcomeText(object));
    return exitCodes.done;
  }
  out.say('failed', `${object.kind} reconciliation failed: '${readinessOf(object).message}'`);
  return exitCodes.no;
}

export async function mustExist<K extends ReconciledKind>(
  home: Home,
  kind: K,
  key: ObjectKey,
): Promise<Kinds[K]> {
  const object = await home.objects.get(kind, key);
  if (object === undefined) throw notFound(kind, key.name);
  return object;
}

/** The API server's sentence. */
function notFound(kind: ReconciledKind, name: string): TidemarkError {
  const { plural, group } = kindDefinitions[kind];
  return new TidemarkError('NotFound', `${plural}.${group} "${name}" not found`);
}
