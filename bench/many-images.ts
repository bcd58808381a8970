import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { figureOf, type Figure } from './figure.ts';
import { imagePair } from './image-pair.ts';
import { cpuSecondsOf, residentMegabytes } from './process-cost.ts';
import { countSelected, homeIn, startRunner, until } from './runner.ts';
import type { Workshop } from './workshop.ts';

const perNamespace = 100;
const idleSeconds = 30;
const measuredWithFlux = 5000;

/** So many images with 400 tags each, and a policy for each: from the start of the process to all selected, and what it holds and does then. */
export async function benchManyImages(workshop: Workshop, count: number): Promise<readonly Figure[]> {
  const home = homeIn(workshop.folder(`many-${count}`));
  writeObjects(home.objects, workshop.peers.host, count);
  const started = performance.now();
  const runner = startRunner(home);
  await until(() => countSelected(home) === count, { what: 'selections', everyMs: 100, limitMs: 600_000 });
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = cpuSecondsOf(runner.pid);
  const soon = residentMegabytes(runner.pid);
  await pause(10_000);
  const cpuBefore = cpuSecondsOf(runner.pid);
  const began = performance.now();
  await pause(idleSeconds * 1000);
  const share = (100 * (cpuSecondsOf(runner.pid) - cpuBefore)) / ((performance.now() - began) / 1000);
  const settled = residentMegabytes(runner.pid);
  await runner.stop();
  const what = `${count.toLocaleString('en-US')} images of 400 tags and as many policies`;
  const measured = count === measuredWithFlux;
  return [
    figureOf(
      {
        work: `${what}: from start to all selected`,
        unit: 's',
        cpuSeconds,
        ...(measured && { flux: '12 min', target: 'under 20 s' }),
      },
      [seconds],
    ),
    figureOf({ work: `${what}: resident when all are selected`, unit: 'MB' }, [soon]),
    figureOf(
      {
        work: `${what}: resident when settled`,
        unit: 'MB',
        ...(measured && { flux: '428 MB', target: 'under 110 MB' }),
      },
      [settled],
    ),
    figureOf({ work: `${what}: one core when idle`, unit: '%', ...(measured && { target: 'under 1 %' }) }, [
      share,
    ]),
  ];
}

function writeObjects(folder: string, host: string, count: number): void {
  for (let n = 0; n < count; n += 1) {
    const namespace = `team-${Math.floor(n / perNamespace)}`;
    mkdirSync(join(folder, namespace), { recursive: true });
    writeFileSync(join(folder, namespace, `app-${n}.yaml`), imagePair(n, namespace, `${host}/many/app-${n}`));
  }
}
