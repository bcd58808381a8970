import type { Rule } from './compile-rule.ts';
import { judge } from './judge.ts';
import type { Contender } from './order.ts';

/** The best contender of all tags, and the tag that is selected now. */
export interface Tie {
  readonly rule: Rule;
  readonly leader: Contender | undefined;
  readonly keep: string | undefined;
}

/** The tag that is selected now, if the policy makes no difference between it and the leader, another tag. */
export function tiedWithLeader({ rule, leader, keep }: Tie): Contender | undefined {
  if (leader === undefined || keep === undefined || keep === leader.tag) return undefined;
  const kept = judge(rule, keep);
  return typeof kept !== 'string' && kept.compareTo(leader) === 0 ? kept : undefined;
}

/** The winner: what is selected now stays selected if nothing better came. */
export function settleTie(tie: Tie, tags: readonly string[]): Contender | undefined {
  const kept = tiedWithLeader(tie);
  return kept !== undefined && tags.includes(kept.tag) ? kept : tie.leader;
}
