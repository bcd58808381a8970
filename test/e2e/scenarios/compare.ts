import { isDeepStrictEqual } from 'node:util';
import type { Observation, ObservedEvent } from './scenario.ts';

/** One place in which two runs differ. `expected` or `actual` is undefined where there is nothing on that side. */
export interface Difference {
  /** For example `snaps[1].ImagePolicy/app.conditions[0].message`, `events.ImagePolicy/app`, `git.fleet:refs/heads/main.files.app.yaml`. */
  readonly where: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Every place in which `actual` differs from `expected`. Both are normalised. */
export function compareObservations(expected: Observation, actual: Observation): readonly Difference[] {
  return [
    ...compareSnaps(expected.snaps, actual.snaps),
    ...compareEvents(expected.events, actual.events),
    ...compareGit(expected.git, actual.git),
  ];
}

export function compareSnaps(
  expected: Observation['snaps'],
  actual: Observation['snaps'],
): readonly Difference[] {
  return compareValues('snaps', expected, actual);
}

/** What a run says that had nothing to do. How many there are depends on who was ready first, once something has been pushed. */
const idle = new Set(['repository up-to-date', 'no change since last reconciliation']);

/** All expected events have been seen, and no others but those that depend on timing. Objects without a record on the expected side are not judged. */
export function compareEvents(
  expected: Observation['events'],
  actual: Observation['events'],
): readonly Difference[] {
  return Object.entries(expected).flatMap(([object, { events, sometimes }]) => {
    const seen = actual[object]?.events ?? [];
    const hasPushed = seen.some(([, , message]) => message.startsWith('pushed commit'));
    const mayBeMissing = ([, , message]: ObservedEvent): boolean => hasPushed && idle.has(message);
    const missing = events.filter((event) => !includes(seen, event) && !mayBeMissing(event));
    const surplus = seen.filter(
      (event) => !includes(events, event) && !includes(sometimes, event) && !mayBeMissing(event),
    );
    const where = `events.${object}`;
    return [
      ...missing.map((event) => ({ where, expected: event, actual: undefined })),
      ...surplus.map((event) => ({ where, expected: undefined, actual: event })),
    ];
  });
}

export function isSameDifference(left: Difference, right: Difference): boolean {
  return (
    left.where === right.where &&
    isDeepStrictEqual(left.expected, right.expected) &&
    isDeepStrictEqual(left.actual, right.actual)
  );
}

export function compareGit(expected: Observation['git'], actual: Observation['git']): readonly Difference[] {
  return compareValues('git', expected, actual);
}

/** One line a difference, for a person. */
export function formatDifferences(differences: readonly Difference[]): string {
  return differences
    .map(
      ({ where, expected, actual }) => `${where}\n  Flux:     ${show(expected)}\n  Tidemark: ${show(actual)}`,
    )
    .join('\n');
}

function show(value: unknown): string {
  return value === undefined ? '(nothing)' : JSON.stringify(value);
}

function includes(events: readonly ObservedEvent[], event: ObservedEvent): boolean {
  return events.some((other) => isDeepStrictEqual(other, event));
}

function compareValues(where: string, expected: unknown, actual: unknown): readonly Difference[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      compareValues(`${where}[${index}]`, expected[index], actual[index]),
    );
  }
  if (isRecord(expected) && isRecord(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => compareValues(`${where}.${key}`, expected[key], actual[key]));
  }
  return [{ where, expected, actual }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
