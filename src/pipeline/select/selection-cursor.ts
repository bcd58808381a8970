import { compareContenders, insertContender } from './compare-contenders.ts';
import type { Rule } from './compile-rule.ts';
import { judge } from './judge.ts';
import type { Candidate, Contender } from './order.ts';
import { count, outcomeOf, plain, sweep } from './outcome.ts';
import type { Outcome, Sweep } from './outcome.ts';
import type { SelectOptions } from './select.ts';
import { settleTie, tiedWithLeader } from './settle-tie.ts';

/** A selection that can be brought up to date without reading all tags again. Plain data, and little of it. */
export type SelectionCursor = Outcome & {
  /** Of the rule that selected. */
  readonly fingerprint: string;
  /** The best few candidates, whatever tag is selected; all others come after them. */
  readonly best: readonly Candidate[];
};

/** What happened to the tags: each of `added` is new, each of `removed` was there. */
export interface TagChanges extends SelectOptions {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** How many candidates a cursor remembers: when they are all removed, the tags are read again. */
const REMEMBERED = 3;

/** Selects the best tag like `select`, to go on from there with `advanceCursor`. */
export function startCursor(
  rule: Rule,
  tags: readonly string[],
  options: SelectOptions = {},
): SelectionCursor {
  const { counts, best } = sweep(rule, tags, REMEMBERED);
  const winner = settleTie({ rule, leader: best[0], keep: options.keep }, tags);
  return makeCursor(rule, { counts, best }, outcomeOf(rule, { counts, winner }, tags));
}

/**
 * The selection after some tags came and went; the same that `startCursor` finds in all tags (selection-cursor.test.ts).
 *
 * Undefined when what the cursor remembers does not tell: then start again with all tags.
 */
export function advanceCursor(
  rule: Rule,
  cursor: SelectionCursor,
  changes: TagChanges,
): SelectionCursor | undefined {
  if (rule.fingerprint !== cursor.fingerprint) return undefined;
  const found = applyChanges(rule, cursor, changes);
  const { counts, best } = found;
  // Why nothing was selected may depend on tags that the cursor does not remember.
  if (best.length === 0 && counts.listed > counts.excluded + counts.filtered) return undefined;
  const tie = { rule, leader: best[0], keep: changes.keep };
  const kept = tiedWithLeader(tie);
  const isListed = kept === undefined ? false : isKnown(kept.tag, cursor, changes);
  if (isListed === undefined) return undefined;
  const winner = isListed ? kept : best[0];
  return makeCursor(rule, found, outcomeOf(rule, { counts, winner }, []));
}

function applyChanges(rule: Rule, cursor: SelectionCursor, { added, removed }: TagChanges): Sweep {
  const counts = { ...cursor.counts };
  const gone = new Set(removed);
  for (const tag of gone) count(counts, judge(rule, tag), -1);
  const best = cursor.best.filter(({ tag }) => !gone.has(tag)).flatMap((known) => revive(rule, known));
  // All that was forgotten comes after the last one remembered; what is put behind that may belong further back.
  const isComplete = best.length === counts.candidates;
  for (const tag of added) {
    const verdict = judge(rule, tag);
    count(counts, verdict, 1);
    if (typeof verdict === 'string') continue;
    const last = best.at(-1);
    const isAhead = last !== undefined && compareContenders(verdict, last) < 0;
    if (isComplete || isAhead) insertContender(best, verdict, REMEMBERED);
  }
  return { counts, best };
}

function revive(rule: Rule, { tag, value }: Candidate): readonly Contender[] {
  const verdict = rule.order.read(tag, value);
  return typeof verdict === 'string' ? [] : [verdict];
}

/** Whether a tag is among the tags now; undefined when the cursor cannot tell. */
function isKnown(tag: string, cursor: SelectionCursor, { added, removed }: TagChanges): boolean | undefined {
  if (added.includes(tag)) return true;
  if (removed.includes(tag)) return false;
  const isRemembered = cursor.winner?.tag === tag || cursor.best.some((known) => known.tag === tag);
  return isRemembered || cursor.best.length === cursor.counts.candidates ? isRemembered : undefined;
}

function makeCursor(rule: Rule, { best }: Sweep, outcome: Outcome): SelectionCursor {
  return { ...outcome, fingerprint: rule.fingerprint, best: best.map((candidate) => plain(candidate)) };
}
