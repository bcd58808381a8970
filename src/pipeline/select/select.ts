import { judge, whyDropped } from './judge.ts';
import type { Candidate, Contender, Stage } from './order.ts';
import { outcomeOf, plain, sweep } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { Rule } from './compile-rule.ts';
import { compareContenders, insertContender } from './compare-contenders.ts';
import { settleTie } from './settle-tie.ts';

/** A tag that is no candidate, and why not. */
export interface Rejection {
  readonly tag: string;
  readonly stage: Stage;
  /** The end of a sentence about the tag. */
  readonly reason: string;
}

/** What a policy selected, with its explanation. It holds on to the rule and the tags: make it, read it, drop it. */
export type Selection = Outcome & {
  readonly rule: Rule;
  readonly tags: readonly string[];
  /** Tags in the running, best first, the winner being the first: all, or so many. Sorted when asked for. */
  candidates(limit?: number): readonly Candidate[];
  /** Tags that dropped out, in the order in which they were listed. Worked out when asked for. */
  rejected(): readonly Rejection[];
};

export interface SelectOptions {
  /** The tag that is selected now: it wins a tie. */
  readonly keep?: string | undefined;
}

/**
 * Selects the best tag. The order of the tags makes no difference.
 *
 * Of tags that the policy holds equal, `keep` wins, then the shorter one, then the first in byte order.
 */
export function select(rule: Rule, tags: readonly string[], options: SelectOptions = {}): Selection {
  const { counts, best } = sweep(rule, tags, 1);
  const winner = settleTie({ rule, leader: best[0], keep: options.keep }, tags);
  return {
    ...outcomeOf(rule, { counts, winner }, tags),
    rule,
    tags,
    candidates: (limit = Infinity) => (winner === undefined ? [] : rank({ rule, tags, limit, winner })),
    rejected: () => rejections(rule, tags),
  };
}

/** A few candidates are found in one pass; sorting is for all of them. */
const FEW = 64;

interface Ranking {
  readonly rule: Rule;
  readonly tags: readonly string[];
  readonly limit: number;
  readonly winner: Candidate;
}

function rank({ rule, tags, limit, winner }: Ranking): readonly Candidate[] {
  if (limit < 1) return [];
  const others: Contender[] = [];
  for (const tag of tags) {
    const verdict = judge(rule, tag);
    if (typeof verdict === 'string' || tag === winner.tag) continue;
    if (limit <= FEW) insertContender(others, verdict, limit - 1);
    else others.push(verdict);
  }
  if (limit > FEW) others.sort(compareContenders);
  return [winner, ...others.slice(0, limit - 1)].map((candidate) => plain(candidate));
}

function rejections(rule: Rule, tags: readonly string[]): readonly Rejection[] {
  const rejected: Rejection[] = [];
  for (const tag of tags) {
    const stage = judge(rule, tag);
    if (typeof stage === 'string') rejected.push({ tag, stage, reason: whyDropped(rule, tag, stage) });
  }
  return rejected;
}
