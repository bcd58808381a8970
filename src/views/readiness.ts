import type { Condition } from '../api/object.ts';
import type { AnyObject } from '../api/kinds.ts';

export interface Readiness {
  readonly status: Condition['status'];
  readonly message: string;
}

/** Whether an object is ready, in the words of its conditions. */
export function readinessOf(object: AnyObject): Readiness {
  const ready = conditionOf(object, 'Ready');
  if (ready !== undefined) return { status: ready.status, message: ready.message };
  return { status: 'False', message: 'waiting to be reconciled' };
}

export function conditionOf(object: AnyObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** `ready=false` or `stalled!=true`; case does not count. */
export interface StatusSelector {
  readonly type: string;
  readonly status: string;
  readonly equal: boolean;
}

/** Reads the text of a status selector; undefined when it is none. */
export function parseStatusSelector(text: string): StatusSelector | undefined {
  const [, type, operator, status] = /^([A-Za-z]+)(!?=)([A-Za-z]+)$/.exec(text) ?? [];
  if (type === undefined || status === undefined) return undefined;
  return { type: type.toLowerCase(), status: status.toLowerCase(), equal: operator === '=' };
}

/** True when the object's condition is as the selector says. What is not there counts as false, as the table shows it. */
export function matchesStatus(object: AnyObject, { type, status, equal }: StatusSelector): boolean {
  const found = object.status?.conditions?.find((condition) => condition.type.toLowerCase() === type);
  return ((found?.status ?? 'False').toLowerCase() === status) === equal;
}
