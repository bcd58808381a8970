import type { Observation, ObservedEvent, Status } from './scenario.ts';

/** What differs from run to run, and is therefore replaced by a placeholder before two runs are compared. */
export interface Variable {
  /** Replaced by `<HOST>`. */
  readonly hosts: readonly string[];
  /** `sha256:<hex>` to the tag that had it, replaced by `<DIGEST tag>`. */
  readonly digests: ReadonlyMap<string, string>;
}

const times = new Set(['scanTime', 'lastAutomationRunTime', 'lastPushTime']);
const goDuration = String.raw`(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|ns))+`;

/** A text with hosts, commits, digests, durations and temporary paths replaced. */
export function normaliseText(text: string, { hosts, digests }: Variable): string {
  let normal = text;
  for (const host of hosts) normal = normal.replaceAll(host, '<HOST>');
  return normal
    .replaceAll(/sha256:[0-9a-f]{64}/g, (digest) => `<DIGEST ${digests.get(digest) ?? 'of nothing'}>`)
    .replaceAll(/\b[0-9a-f]{40}\b/g, '<SHA>')
    .replaceAll(/pushed commit '[0-9a-f]{7}'/g, "pushed commit '<SHA7>'")
    .replaceAll(new RegExp(`(retrying in|next scan in) ${goDuration}`, 'g'), '$1 <D>')
    .replaceAll(/lstat (?!<PATH>)\S+:/g, 'lstat <PATH>:');
}

/** A status with times replaced, and without what says when a condition changed. */
export function normaliseStatus(status: Status, variable: Variable): Status {
  return normaliseValue(status, variable) as Status;
}

/** Every distinct event once, sorted. */
export function normaliseEvents(
  events: readonly ObservedEvent[],
  variable: Variable,
): readonly ObservedEvent[] {
  const distinct = new Map<string, ObservedEvent>();
  for (const [type, reason, message] of events) {
    const event: ObservedEvent = [type, reason, normaliseText(message, variable)];
    distinct.set(JSON.stringify(event), event);
  }
  return [...distinct.keys()].sort().map((key) => distinct.get(key)!);
}

export function normaliseObservation(observation: Observation, variable: Variable): Observation {
  const mapValues = <From, To>(
    record: Readonly<Record<string, From>>,
    map: (value: From) => To,
  ): Record<string, To> =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
  return {
    snaps: observation.snaps.map((snap) => mapValues(snap, (status) => normaliseStatus(status, variable))),
    events: mapValues(observation.events, ({ events, sometimes }) => ({
      events: [...normaliseEvents(events, variable)],
      sometimes: [...normaliseEvents(sometimes, variable)],
    })),
    git: mapValues(observation.git, ({ commits, files }) => ({
      commits: commits.map((commit) => normaliseText(commit, variable)),
      files: mapValues(files, (text) => normaliseText(text, variable)),
    })),
  };
}

/** Which tag had which digest, as the statuses of a run tell. */
export function digestsIn(observation: Observation): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('tag' in value && 'digest' in value) digests.set(String(value.digest), String(value.tag));
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(observation.snaps);
  return digests;
}

function normaliseValue(value: unknown, variable: Variable): unknown {
  if (typeof value === 'string') return normaliseText(value, variable);
  if (Array.isArray(value)) return value.map((inner) => normaliseValue(inner, variable));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'lastTransitionTime')
    .map(([key, inner]) => [key, times.has(key) ? '<T>' : normaliseValue(inner, variable)] as const);
  return Object.fromEntries(entries);
}
