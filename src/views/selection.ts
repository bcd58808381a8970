import type { Table } from './table.ts';

/** A tag in the running, with the text that it was compared by. */
export interface CandidateFacts {
  readonly tag: string;
  readonly value: string;
}

/** A tag that is not in the running. */
export interface RejectedFacts {
  readonly tag: string;
  readonly stage: string;
  readonly reason: string;
}

/** Where tags dropped out, stage by stage. */
export interface SelectionCounts {
  readonly listed: number;
  readonly excluded: number;
  readonly filtered: number;
  readonly unparsable: number;
  readonly outOfRange: number;
  readonly candidates: number;
}

/** The sentence about the winner, or about there being none. */
export function winnerText(selection: {
  readonly winner: CandidateFacts | undefined;
  /** What makes it the winner (`the largest number`), or why there is none. */
  readonly why: string;
}): string {
  const { winner, why } = selection;
  if (winner === undefined) return `nothing selected: ${why}`;
  const compared = winner.value === winner.tag ? '' : ` (compared by ${winner.value})`;
  return `selected ${winner.tag}${compared}: ${why}`;
}

export function countsText(counts: SelectionCounts): string {
  const { listed, excluded, filtered, unparsable, outOfRange, candidates } = counts;
  return `${listed} listed, ${excluded} excluded, ${filtered} filtered, ${unparsable} unparsable, ${outOfRange} out of range, ${candidates} candidates`;
}

export function candidatesTable(candidates: readonly CandidateFacts[]): Table {
  return { columns: ['candidate', 'value'], rows: candidates.map(({ tag, value }) => [tag, value]) };
}

export function rejectedTable(rejected: readonly RejectedFacts[]): Table {
  return {
    columns: ['rejected', 'stage', 'reason'],
    rows: rejected.map(({ tag, stage, reason }) => [tag, stage, reason]),
  };
}
