import type { Source } from './gather.ts';
import { describeProblems, type Problem } from './problems.ts';

/** Something that keeps a run from doing all that is asked of it, though it succeeds. */
export interface Warning {
  /** Of the event. */
  readonly reason: 'MarkerProblems' | 'VerificationSkipped';
  /** How it goes on from "repository up-to-date, but" in the Ready message. */
  readonly lead: string;
  readonly text: string;
}

export function warningsOf({
  problems,
  source,
}: {
  readonly problems: readonly Problem[];
  readonly source: Pick<Source, 'unverified'>;
}): readonly Warning[] {
  const lead = `${problems.length === 1 ? 'one marker does' : `${problems.length} markers do`} not work: `;
  const markers = { reason: 'MarkerProblems', lead, text: describeProblems(problems) } as const;
  const verification = { reason: 'VerificationSkipped', lead: '', text: source.unverified ?? '' } as const;
  return [markers, verification].filter(({ text }) => text !== '');
}
