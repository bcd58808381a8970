/** What the decision looks at, all of it read before. */
export interface ScanFacts {
  readonly now: Date;
  readonly intervalMs: number;
  readonly canonicalName: string;
  /** The exclusion list that counts now (`effectiveExclusions`). */
  readonly exclusionList: readonly string[];
  /** The spec has changed since the last finished run: what it asks for now is done at once. */
  readonly specChanged: boolean;
  /** The value of the annotation `reconcile.fluxcd.io/requestedAt`. */
  readonly requestedAt?: string | undefined;
  /** How many tags the store holds for this repository. */
  readonly storedTags: number;
  /** What the status says of earlier runs. */
  readonly observed: {
    readonly lastScan?: { readonly scanTime?: Date | undefined } | undefined;
    readonly lastHandledReconcileAt?: string | undefined;
    readonly canonicalName?: string | undefined;
    readonly exclusionList?: readonly string[] | undefined;
  };
}

export type ScanReason =
  | 'first scan'
  | 'reconcile requested'
  | 'new image name'
  | 'new generation'
  | 'updated exclusion list'
  | 'no tags in database'
  | 'triggered by interval';

export type ScanDecision =
  | { readonly scan: true; readonly reason: ScanReason }
  /** Nothing to do before this many milliseconds have passed. */
  | { readonly scan: false; readonly nextScanMs: number };

/** Decides whether a run scans. The first rule that holds gives the reason. */
export function decideScan(facts: ScanFacts): ScanDecision {
  const { observed } = facts;
  if (!observed.lastScan) return because('first scan');
  if (facts.requestedAt !== undefined && facts.requestedAt !== (observed.lastHandledReconcileAt ?? '')) {
    return because('reconcile requested');
  }
  if (facts.canonicalName !== observed.canonicalName) return because('new image name');
  if (!sameEntries(facts.exclusionList, observed.exclusionList ?? []))
    return because('updated exclusion list');
  if (facts.specChanged) return because('new generation');
  if (facts.storedTags === 0) return because('no tags in database');
  const nextScanMs = untilDue(facts, observed.lastScan.scanTime);
  return nextScanMs < 1000 ? because('triggered by interval') : { scan: false, nextScanMs };
}

/** A scan that lies in the future means that the clock was set back; to wait for it could take years. */
function untilDue({ now, intervalMs }: ScanFacts, scanTime: Date | undefined): number {
  const elapsed = scanTime ? now.getTime() - scanTime.getTime() : Infinity;
  return elapsed < -clockSkewMs ? 0 : intervalMs - elapsed;
}

/** Two machines that take turns need not agree to the second. */
const clockSkewMs = 60_000;

function sameEntries(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a);
  const right = new Set(b);
  return left.size === right.size && [...left].every((entry) => right.has(entry));
}

function because(reason: ScanReason): ScanDecision {
  return { scan: true, reason };
}
