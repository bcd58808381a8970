import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { figureOf, type Figure } from './figure.ts';
import { folderHome } from './fleet-home.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { countSelected, homeIn, startRunner, until, visit, type Home } from './runner.ts';
import type { Workshop } from './workshop.ts';

const rounds = 5;

/** The first run on a big repository: of a process that has selected everything already, and of one that starts with nothing at all. */
export async function benchColdMirror(workshop: Workshop): Promise<readonly Figure[]> {
  const options: FleetOptions = { name: 'cold', files: 10_000, markers: 500, policies: 500, images: 'one' };
  const home = homeIn(workshop.folder(options.name));
  const fleet = new Fleet(options, workshop.peers, folderHome(home));
  await fleet.setUp();
  const runs: number[] = [];
  const starts: number[] = [];
  let cpuOfRuns = 0;
  let cpuOfStarts = 0;
  for (let round = 0; round < rounds; round += 1) {
    rmSync(home.state, { recursive: true, force: true });
    const { ms, cpuSeconds } = await firstRun(home, fleet, options);
    runs.push(ms);
    cpuOfRuns += cpuSeconds / rounds;
    rmSync(home.state, { recursive: true, force: true });
    const start = await fromNothing(home, fleet);
    starts.push(start.ms);
    cpuOfStarts += start.cpuSeconds / rounds;
  }
  return [
    figureOf(
      {
        work: 'first run on the big repository (cold mirror)',
        unit: 'ms',
        flux: '3.7 s',
        target: 'under 1 s',
        cpuSeconds: cpuOfRuns,
      },
      runs,
    ),
    figureOf(
      {
        work: 'the same from an empty state folder and the start of the process',
        unit: 'ms',
        cpuSeconds: cpuOfStarts,
      },
      starts,
    ),
  ];
}

interface Took {
  readonly ms: number;
  readonly cpuSeconds: number;
}

/** The automation is suspended until everything is selected, and then resumed. */
async function firstRun(home: Home, fleet: Fleet, { policies }: FleetOptions): Promise<Took> {
  await suspend(home, fleet, true);
  await fleet.push(policies);
  const runner = startRunner(home);
  await until(() => countSelected(home) === policies, {
    what: 'selections',
    everyMs: 100,
  });
  await pause(1000);
  const cpuBefore = cpuSecondsOf(runner.pid);
  const before = fleet.head();
  const started = await suspend(home, fleet, false);
  const moved = await fleet.moved(before);
  await pause(500);
  const cpuSeconds = cpuSecondsOf(runner.pid) - cpuBefore;
  await runner.stop();
  return { ms: moved - started, cpuSeconds };
}

async function fromNothing(home: Home, fleet: Fleet): Promise<Took> {
  await fleet.push(1);
  const before = fleet.head();
  const started = performance.now();
  const runner = startRunner(home);
  const moved = await fleet.moved(before);
  await pause(500);
  const cpuSeconds = cpuSecondsOf(runner.pid);
  await runner.stop();
  return { ms: moved - started, cpuSeconds };
}

async function suspend(home: Home, fleet: Fleet, suspended: boolean): Promise<number> {
  const store = await visit(home);
  const started = performance.now();
  await store.objects.patchSpec('ImageUpdateAutomation', fleet.automation, { suspend: suspended });
  await store.close();
  return started;
}
