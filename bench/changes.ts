import { setTimeout as pause } from 'node:timers/promises';
import { Fleet, type FleetOptions } from './fleet.ts';
import { figureOf, type Beside, type Figure } from './figure.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { folderHome } from './fleet-home.ts';
import { homeIn, startRunner, until, type Runner } from './runner.ts';
import type { Workshop } from './workshop.ts';

/** How long the end of one piece of work is waited for before the next begins: statuses are written after the push. */
const usualRestMs = 400;

export interface Measuring {
  readonly policies: number;
  readonly rounds: number;
  readonly restMs?: number;
  /** To the first commit, or until every new tag is in Git. */
  readonly until?: 'first' | 'last';
}

export interface Stage {
  readonly fleet: Fleet;
  readonly runner: Runner;
}

/** A fleet with everything warm: the process runs, has scanned, selected, and pushed once. */
export async function warmStage(workshop: Workshop, options: FleetOptions): Promise<Stage> {
  const home = homeIn(workshop.folder(options.name));
  const fleet = new Fleet(options, workshop.peers, folderHome(home));
  await fleet.setUp();
  const runner = startRunner(home);
  workshop.defer(() => runner.stop());
  await until(() => fleet.isWritten(options.policies), { what: 'the first commit', everyMs: 50 });
  await pause(2000);
  return { fleet, runner };
}

/** New tags for so many policies, again and again: from the request to the commit on the remote. */
export async function measureChanges(
  { fleet, runner }: Pick<Stage, 'fleet'> & { readonly runner: Pick<Runner, 'pid'> },
  { policies, rounds, restMs = usualRestMs, until: end = 'first' }: Measuring,
  row: { readonly work: string } & Beside,
): Promise<Figure> {
  const samples: number[] = [];
  const commits: number[] = [];
  const cpuBefore = cpuSecondsOf(runner.pid);
  for (let round = 0; round < rounds; round += 1) {
    const before = fleet.head();
    const asked = await fleet.advance(policies);
    const moved = await fleet.moved(before);
    await until(() => fleet.isWritten(policies), { what: 'every new tag in Git', everyMs: 20 });
    samples.push((end === 'first' ? moved : performance.now()) - asked);
    commits.push(fleet.commitsSince(before));
    await pause(restMs);
  }
  const cpuSeconds = (cpuSecondsOf(runner.pid) - cpuBefore) / rounds;
  const most = Math.max(...commits);
  const work = most === 1 ? row.work : `${row.work} (up to ${most} commits)`;
  return figureOf({ ...row, work, unit: 'ms', cpuSeconds }, samples);
}
