import { compareContenders } from './compare-contenders.ts';
import { judge, whyDropped } from './judge.ts';
import type { Candidate, Contender, Stage } from './order.ts';
import type { Counts } from './outcome.ts';
import type { Selection } from './select.ts';

export interface ExplainOptions {
  /** The tag to explain; without one the selection as a whole is explained. */
  readonly tag?: string | undefined;
}

/** Says in sentences why a tag was selected, or the exact reason why one was not. */
export function explainSelection(selection: Selection, { tag }: ExplainOptions = {}): readonly string[] {
  if (tag === undefined) return explainOutcome(selection);
  if (!selection.tags.includes(tag)) {
    return [`${tag} is not among the ${plural(selection.counts.listed, 'listed tag')}.`];
  }
  if (tag === selection.winner?.tag) return [whyItWon(selection, selection.winner)];
  const verdict = judge(selection.rule, tag);
  if (typeof verdict === 'string') return [whyItDropped(selection, tag, verdict)];
  return selection.winner === undefined ? [] : [whyItLost(selection, verdict, selection.winner)];
}

function explainOutcome(selection: Selection): readonly string[] {
  const { winner, counts } = selection;
  const numbers = sentenceOf(counts);
  if (winner === undefined) return [`No tag is selected: ${selection.nothingSelected}.`, numbers];
  const next = selection.candidates(2)[1];
  const lost = next === undefined ? [] : [whyItLost(selection, next, winner)];
  return [whyItWon(selection, winner), numbers, ...lost];
}

function whyItWon({ rule, counts }: Selection, { tag, value }: Candidate): string {
  const subject = value === tag ? tag : `${tag} (compared as ${shown(value)})`;
  return `${subject} is selected: it is ${rule.order.superlative} among ${plural(counts.candidates, 'candidate')}.`;
}

const dropped: Readonly<Record<Stage, string>> = {
  excluded: 'was excluded: it',
  filtered: 'was filtered out: it',
  unparsable: 'cannot be compared:',
  'out-of-range': 'is out of range:',
};

function whyItDropped({ rule }: Selection, tag: string, stage: Stage): string {
  return `${tag} ${dropped[stage]} ${whyDropped(rule, tag, stage)}.`;
}

function whyItLost({ rule }: Selection, loser: Candidate, winner: Candidate): string {
  const lost = `${loser.tag} lost to ${winner.tag}:`;
  const ours = rule.order.read(loser.tag, loser.value);
  const theirs = rule.order.read(winner.tag, winner.value);
  const comparable = typeof ours !== 'string' && typeof theirs !== 'string';
  if (!comparable || ours.compareTo(theirs) !== 0) {
    return `${lost} ${rule.order.whyWorse(loser.value, winner.value)}.`;
  }
  const values =
    loser.value === winner.value
      ? `both are compared as ${shown(winner.value)}`
      : `${loser.value} and ${winner.value} are equal`;
  return `${lost} ${values}, and ${whyTheTieWent(ours, theirs)}.`;
}

function whyTheTieWent(loser: Contender, winner: Contender): string {
  if (compareContenders(loser, winner) < 0) return 'the tag that was selected before is kept';
  if (winner.tag.length < loser.tag.length) return 'the shorter tag wins';
  return 'the tag that comes first in byte order wins';
}

function sentenceOf(counts: Counts): string {
  const stages = [
    [counts.excluded, 'excluded'],
    [counts.filtered, 'filtered out'],
    [counts.unparsable, 'unparsable'],
    [counts.outOfRange, 'out of range'],
  ] as const;
  const parts = stages.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  parts.push(plural(counts.candidates, 'candidate'));
  return `${plural(counts.listed, 'tag')} listed: ${parts.join(', ')}.`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A value as it stands in a sentence; the empty one would not be seen. */
function shown(value: string): string {
  return value === '' ? '""' : value;
}
