import { judge, valueOf } from './judge.ts';
import type { Candidate, Contender, Stage } from './order.ts';
import type { Rule } from './compile-rule.ts';
import { insertContender } from './compare-contenders.ts';

/** How many tags there were, and where they dropped out. */
export interface Counts {
  readonly listed: number;
  readonly excluded: number;
  readonly filtered: number;
  readonly unparsable: number;
  readonly outOfRange: number;
  readonly candidates: number;
}

/** What a policy selected from a set of tags: a winner, or why there is none, in Flux's words. */
export type Outcome = { readonly counts: Counts } & (
  | { readonly winner: Candidate; readonly nothingSelected: undefined }
  | { readonly winner: undefined; readonly nothingSelected: string }
);

/** One pass over the tags: the counts, and the best few in their order. */
export interface Sweep {
  readonly counts: Counts;
  readonly best: readonly Contender[];
}

export type Tally = { -readonly [Name in keyof Counts]: Counts[Name] };

const NO_TAGS: Counts = { listed: 0, excluded: 0, filtered: 0, unparsable: 0, outOfRange: 0, candidates: 0 };

export function sweep(rule: Rule, tags: Iterable<string>, size: number): Sweep {
  const counts = { ...NO_TAGS };
  const best: Contender[] = [];
  for (const tag of tags) {
    const verdict = judge(rule, tag);
    count(counts, verdict, 1);
    if (typeof verdict !== 'string') insertContender(best, verdict, size);
  }
  return { counts, best };
}

/** Counts one tag more, or one less for -1. */
export function count(counts: Tally, verdict: Contender | Stage, change: 1 | -1): void {
  counts.listed += change;
  if (typeof verdict !== 'string') counts.candidates += change;
  else if (verdict === 'out-of-range') counts.outOfRange += change;
  else counts[verdict] += change;
}

/** Puts the result together. The tags are only read when there is no winner. */
export function outcomeOf(
  rule: Rule,
  { counts, winner }: { readonly counts: Counts; readonly winner: Contender | undefined },
  tags: Iterable<string>,
): Outcome {
  if (winner !== undefined) return { winner: plain(winner), counts, nothingSelected: undefined };
  // Flux tells an empty list from one in which nothing was found.
  const isEmpty = counts.listed === counts.excluded + counts.filtered;
  const nothingSelected = isEmpty
    ? 'version list argument cannot be empty'
    : rule.order.noneUsable(unusableValues(rule, tags));
  return { winner: undefined, counts, nothingSelected };
}

/** A candidate as plain data. A tag may be a slice of the text of all tags and keep that in memory: it is copied. */
export function plain({ tag, value }: Candidate): Candidate {
  const copy = copyOf(tag);
  return { tag: copy, value: value === tag ? copy : copyOf(value) };
}

function copyOf(text: string): string {
  return ` ${text}`.slice(1);
}

function* unusableValues(rule: Rule, tags: Iterable<string>): Generator<string> {
  for (const tag of tags) {
    if (judge(rule, tag) === 'unparsable') yield valueOf(rule, tag) ?? tag;
  }
}
