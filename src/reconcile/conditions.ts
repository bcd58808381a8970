import type { Condition } from '../api/object.ts';

const maxMessageBytes = 32768;
/** Stalled and Reconciling are present only while they are true, and exclude each other. */
const order = ['Stalled', 'Reconciling', 'Ready'];
const excludedBy: Readonly<Record<string, string>> = { Stalled: 'Reconciling', Reconciling: 'Stalled' };

export interface NewCondition {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

export interface ConditionContext {
  readonly generation: number;
  readonly now: Date;
}

export function findCondition(conditions: readonly Condition[], type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** Ready is True and the object is neither Reconciling nor Stalled. */
export function isReady(conditions: readonly Condition[]): boolean {
  const isTrue = (type: string): boolean => findCondition(conditions, type)?.status === 'True';
  return isTrue('Ready') && !isTrue('Reconciling') && !isTrue('Stalled');
}

/** The last finished run said its last word: the object is ready, or stalled. */
export function hasVerdict(conditions: readonly Condition[]): boolean {
  return isReady(conditions) || findCondition(conditions, 'Stalled')?.status === 'True';
}

/**
 * The conditions with one set. Its transition time moves when status, reason or message changes, and its
 * observed generation always does. Setting Reconciling removes Stalled and the reverse.
 */
export function setCondition(
  conditions: readonly Condition[],
  next: NewCondition,
  { generation, now }: ConditionContext,
): readonly Condition[] {
  const message = cutMessage(next.message);
  const old = findCondition(conditions, next.type);
  const same = old?.status === next.status && old.reason === next.reason && old.message === message;
  const condition: Condition = {
    type: next.type,
    status: next.status,
    observedGeneration: generation,
    lastTransitionTime: same ? old.lastTransitionTime : formatTime(now),
    reason: next.reason,
    message,
  };
  const excluded = excludedBy[next.type];
  const others = conditions.filter(({ type }) => type !== next.type && type !== excluded);
  return [...others, condition].toSorted((a, b) => rank(a.type) - rank(b.type) || (a.type < b.type ? -1 : 1));
}

export function removeCondition(conditions: readonly Condition[], type: string): readonly Condition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/** RFC 3339 in UTC with whole seconds, as Kubernetes writes times. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function rank(type: string): number {
  const index = order.indexOf(type);
  return index < 0 ? order.length : index;
}

function cutMessage(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= maxMessageBytes) return message;
  return `${bytes
    .subarray(0, maxMessageBytes - 3)
    .toString()
    .replace(/\uFFFD+$/, '')}...`;
}
