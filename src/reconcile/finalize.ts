import type { Condition } from '../api/object.ts';
import type { ConditionContext } from './conditions.ts';
import { findCondition, isReady, removeCondition, setCondition } from './conditions.ts';
import type { Outcome } from './outcome.ts';

export interface FinalizeInput extends ConditionContext {
  /** The conditions that the object had when the run began. */
  readonly before: readonly Condition[];
  /** `status.observedGeneration`; -1 for an object that never finished a run. */
  readonly observedGeneration: number;
  readonly outcome: Exclude<Outcome, { type: 'pending' }>;
  /**
   * The step that failed last time has passed now, so its Ready=False no longer stands in the way
   * of a later verdict. Only kinds that clear stage by stage set it.
   */
  readonly earlierFailurePassed?: boolean;
}

export interface Finalized {
  readonly conditions: readonly Condition[];
  readonly observedGeneration: number;
}

/** The conditions and the observed generation after a run. The rules are those of Flux's result finalizer. */
export function finalize(input: FinalizeInput): Finalized {
  const conditions = judge(input, begin(input)).map((condition) => sinceBefore(condition, input.before));
  const stalled = findCondition(conditions, 'Stalled') !== undefined;
  return {
    conditions,
    observedGeneration: stalled || isReady(conditions) ? input.generation : input.observedGeneration,
  };
}

/** The conditions while a run is under way. */
export function begin(input: Omit<FinalizeInput, 'outcome'>): readonly Condition[] {
  const message =
    input.generation === input.observedGeneration
      ? 'reconciliation in progress'
      : `processing object: new generation ${input.observedGeneration} -> ${input.generation}`;
  const progressing = { status: 'True', reason: 'Progressing', message } as const;
  const reconciling = setCondition(input.before, { ...progressing, type: 'Reconciling' }, input);
  const ready = findCondition(reconciling, 'Ready');
  const untold =
    ready === undefined ||
    ready.status === 'Unknown' ||
    (input.earlierFailurePassed && ready.status === 'False');
  return untold
    ? setCondition(reconciling, { ...progressing, type: 'Ready', status: 'Unknown' }, input)
    : reconciling;
}

/** A condition that says what it said before the run has not changed, even if the run passed through other states. */
function sinceBefore(condition: Condition, before: readonly Condition[]): Condition {
  const old = findCondition(before, condition.type);
  const same =
    old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
  return same ? { ...condition, lastTransitionTime: old.lastTransitionTime } : condition;
}

function judge(input: FinalizeInput, begun: readonly Condition[]): readonly Condition[] {
  const { outcome } = input;
  switch (outcome.type) {
    case 'ready':
      return setCondition(
        removeCondition(begun, 'Reconciling'),
        { type: 'Ready', status: 'True', reason: 'Succeeded', message: outcome.message },
        input,
      );
    case 'stalled': {
      const stalled = setCondition(begun, { ...verdict(outcome), type: 'Stalled', status: 'True' }, input);
      // A Ready=False of an earlier run stays as it is, as in Flux.
      return refreshed(
        stalled,
        input,
        findCondition(stalled, 'Ready')?.status !== 'False' ? verdict(outcome) : undefined,
      );
    }
    case 'failed': {
      const wasFalse = findCondition(begun, 'Ready')?.status === 'False';
      const failed = refreshed(
        begun,
        input,
        outcome.keepsReadyFalse && wasFalse ? undefined : verdict(outcome),
      );
      const reconciling = findCondition(failed, 'Reconciling');
      return reconciling === undefined
        ? failed
        : setCondition(failed, { ...reconciling, reason: 'ProgressingWithRetry' }, input);
    }
  }
}

/** Ready=False with a new verdict, or with the old one and a fresh observed generation. */
function refreshed(
  conditions: readonly Condition[],
  input: FinalizeInput,
  verdictNow: { readonly reason: string; readonly message: string } | undefined,
): readonly Condition[] {
  const ready = verdictNow ?? findCondition(conditions, 'Ready');
  if (ready === undefined) return conditions;
  return setCondition(
    conditions,
    { type: 'Ready', status: 'False', reason: ready.reason, message: ready.message },
    input,
  );
}

function verdict({ reason, message }: { readonly reason: string; readonly message: string }): {
  readonly reason: string;
  readonly message: string;
} {
  return { reason, message };
}
