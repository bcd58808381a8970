import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startRegistry } from '../test/fakes/registry/start-registry.ts';
import { figureOf, type Figure } from './figure.ts';
import { imagePair } from './image-pair.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { countSelected, homeIn, requestRuns, startRunner, until, type Home } from './runner.ts';
import type { Workshop } from './workshop.ts';

const others = 200;
const stuck = 50;
const rounds = 31;
const namespace = 'apps';

/** 200 scans of one registry, from the request to the last one done: alone, and beside 50 that hang at another registry. */
export async function benchHanging(workshop: Workshop): Promise<readonly Figure[]> {
  const hanging = await startRegistry();
  workshop.defer(() => hanging.close());
  hanging.registry.fault({ answer: { kind: 'hang' } });
  const alone = await open(workshop, 'alone', undefined);
  const beside = await open(workshop, 'beside', hanging.host);
  const samples = { alone: [] as number[], beside: [] as number[], delay: [] as number[] };
  let before = { alone: 0, beside: 0 };
  // In turns, so that whatever else the machine does meets both; the first rounds warm them up.
  for (let round = -3; round < rounds; round += 1) {
    const first = await scanAll(alone);
    const second = await scanAll(beside);
    const third = await scanAll(alone);
    if (round === -1) before = { alone: cpuSecondsOf(alone.pid), beside: cpuSecondsOf(beside.pid) };
    if (round < 0) continue;
    samples.alone.push(first, third);
    samples.beside.push(second);
    samples.delay.push(100 * ((2 * second) / (first + third) - 1));
  }
  const cpuOf = {
    alone: (cpuSecondsOf(alone.pid) - before.alone) / (2 * rounds),
    beside: (cpuSecondsOf(beside.pid) - before.beside) / rounds,
  };
  const delay = 'the same: what the registry that hangs adds to it';
  return [
    figureOf({ work: `${others} scans, nothing hangs`, unit: 'ms', cpuSeconds: cpuOf.alone }, samples.alone),
    figureOf(
      {
        work: `${others} scans beside ${stuck} that hang at another registry`,
        unit: 'ms',
        cpuSeconds: cpuOf.beside,
      },
      samples.beside,
    ),
    figureOf({ work: delay, unit: '%', target: 'no more than 5 %' }, samples.delay),
  ];
}

interface World {
  readonly home: Home;
  readonly pid: number;
}

/** A running process with the repositories, all of them scanned once; those of the registry that hangs are under way. */
async function open(workshop: Workshop, name: string, hangingHost: string | undefined): Promise<World> {
  const home = homeIn(workshop.folder(`hanging-${name}`));
  mkdirSync(home.objects);
  const write = (n: number, host: string): void => {
    const yaml = imagePair(n, namespace, `${host}/many/app-${n}`);
    writeFileSync(join(home.objects, `app-${n}.yaml`), yaml);
  };
  for (let n = 0; n < others; n += 1) write(n, workshop.peers.host);
  if (hangingHost !== undefined) for (let n = others; n < others + stuck; n += 1) write(n, hangingHost);
  const runner = startRunner(home);
  workshop.defer(() => runner.stop());
  await until(() => countSelected(home) === others, { what: 'selections', everyMs: 20 });
  return { home, pid: runner.pid };
}

/** Milliseconds from the request for all scans to the end of the last. */
async function scanAll({ home }: World): Promise<number> {
  const keys = Array.from({ length: others }, (_, n) => ({ namespace, name: `app-${n}` }));
  const since = new Date().toISOString();
  const started = await requestRuns(home, 'ImageRepository', keys);
  using database = new DatabaseSync(join(home.state, 'state.db'), { readOnly: true, timeout: 5000 });
  const handled = database.prepare(`SELECT count(*) AS n FROM object
    WHERE kind = 'ImageRepository' AND json_extract(status, '$.lastHandledReconcileAt') >= ?`);
  await until(() => handled.get(since)?.['n'] === others, { what: 'scans', everyMs: 2 });
  return performance.now() - started;
}
