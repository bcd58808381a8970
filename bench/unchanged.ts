import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { figureOf, type Beside, type Figure } from './figure.ts';
import { folderHome } from './fleet-home.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import { cpuSecondsOf } from './process-cost.ts';
import { homeIn, startRunner, until, type Runner } from './runner.ts';
import type { Workshop } from './workshop.ts';

const runs = 20;

/** What an automation's interval costs when neither a selection nor the repository has changed, as its metrics tell. */
export async function benchUnchanged(workshop: Workshop): Promise<readonly Figure[]> {
  const big: FleetOptions = { name: 'quiet', files: 10_000, markers: 500, policies: 500, images: 'one' };
  const small: FleetOptions = { name: 'small-quiet', files: 50, markers: 3, policies: 3, images: 'one' };
  return [
    await measure(workshop, big, {
      work: 'nothing changed, 500 policies',
      flux: '400 ms',
      target: 'under 30 ms',
    }),
    await measure(workshop, small, { work: 'nothing changed, 3 policies', flux: '40 ms' }),
  ];
}

async function measure(
  workshop: Workshop,
  options: FleetOptions,
  row: { readonly work: string } & Beside,
): Promise<Figure> {
  const home = homeIn(workshop.folder(options.name));
  const fleet = new Fleet({ ...options, interval: '1s' }, workshop.peers, folderHome(home));
  await fleet.setUp();
  const runner = startRunner(home, '--listen', '127.0.0.1:0');
  await until(() => fleet.isWritten(options.policies), { what: 'the first commit', everyMs: 100 });
  await pause(3000);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(readFileSync(join(home.root, 'log'), 'utf8'))?.[0] ?? '';
  const cpuSeconds = await cpuOfARun(runner, url);
  const samples: number[] = [];
  let before = await total(url);
  while (samples.length < runs) {
    await pause(200);
    const now = await total(url);
    // Two that fell between two looks cannot be told apart.
    if (now.count === before.count + 1) samples.push((now.seconds - before.seconds) * 1000);
    before = now;
  }
  await runner.stop();
  return figureOf({ ...row, unit: 'ms', cpuSeconds }, samples);
}

/** While nobody asks for metrics. */
async function cpuOfARun({ pid }: Runner, url: string): Promise<number> {
  const before = await total(url);
  const cpuBefore = cpuSecondsOf(pid);
  await pause(10_000);
  const cpu = cpuSecondsOf(pid) - cpuBefore;
  return cpu / ((await total(url)).count - before.count);
}

async function total(url: string): Promise<{ readonly count: number; readonly seconds: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name: string): number =>
    Number(
      new RegExp(
        `^gotk_reconcile_duration_seconds_${name}\\{kind="ImageUpdateAutomation".*\\} (\\S+)$`,
        'm',
      ).exec(text)?.[1],
    );
  return { count: value('count'), seconds: value('sum') };
}
