import type { ReconciledKind, StatusOf } from '../api/kinds.ts';
import type { EventRecord } from '../store/store.ts';
import { findCondition, isReady } from './conditions.ts';
import type { Done } from './controller.ts';

/** Which event tells of this run, if any. Nothing new is only told to those who asked. */
export function chooseEvent(
  before: StatusOf<ReconciledKind>,
  after: StatusOf<ReconciledKind>,
  result: { readonly run: { readonly requested: boolean }; readonly done: Done | undefined },
): Pick<EventRecord, 'type' | 'reason' | 'message'> | undefined {
  const ready = findCondition(after.conditions ?? [], 'Ready');
  const { done } = result;
  if (done?.announcement !== undefined)
    return { type: 'Normal', reason: 'Succeeded', message: done.announcement };
  if (ready === undefined) return undefined;
  const { reason, message } = ready;
  if (!isReady(after.conditions ?? [])) return { type: 'Warning', reason, message };
  const readyBefore = isReady(before.conditions ?? [])
    ? findCondition(before.conditions ?? [], 'Ready')
    : undefined;
  if (readyBefore === undefined) return { type: 'Normal', reason, message: done?.recovery ?? message };
  if (readyBefore.message !== message && done?.recovery === undefined)
    return { type: 'Normal', reason, message };
  if (!result.run.requested || done === undefined) return undefined;
  return { type: 'Trace', reason: 'Succeeded', message: done.nothingNew };
}
