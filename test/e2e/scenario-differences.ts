import type { Difference } from './scenarios/compare.ts';

/** One place in which Tidemark leaves something else behind than Flux, on purpose. */
export interface KnownDifference extends Difference {
  readonly reason: string;
  /** Seen in some runs only: it depends on which object was ready first. */
  readonly isTiming?: true;
}

/** By scenario. One that is not here is equal to Flux in every status, event, commit and file. Each reason has a row in docs/differences.md. */
export const knownDifferences: Readonly<Record<string, readonly KnownDifference[]>> = {
  'u11-unknown-policy': unknownPolicy('u11-unknown-policy:other', 0),
  'u26-delete': unknownPolicy('u26-delete:app', 2),
};

/** Flux passes over a marker that names a policy which does not exist; Tidemark says where it is, in status and event. */
function unknownPolicy(policy: string, snap: number): readonly KnownDifference[] {
  const object = 'ImageUpdateAutomation/auto';
  const problem = `app.yaml:11: marker names policy '${policy}', which does not exist`;
  const flux = 'repository up-to-date';
  const tidemark = `${flux}, but one marker does not work: ${problem}`;
  const reason = 'a marker that cannot work is reported';
  const normal = ['Normal', 'Succeeded', tidemark];
  const warning = ['Warning', 'MarkerProblems', problem];
  return [
    { where: `snaps[${snap}].${object}.conditions[0].message`, expected: flux, actual: tidemark, reason },
    { where: `events.${object}`, expected: undefined, actual: warning, reason },
    { where: `events.${object}`, expected: undefined, actual: normal, reason, isTiming: true },
    // Missing when the first run already knew the policies: it has more to say then.
    {
      where: `events.${object}`,
      expected: ['Normal', 'Succeeded', flux],
      actual: undefined,
      reason,
      isTiming: true,
    },
  ];
}
