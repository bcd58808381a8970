import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  controlPlaneMissing,
  startControlPlane,
  type ControlPlane,
} from '../test/e2e/cluster/harness/control-plane.ts';
import { installKinds } from '../test/e2e/cluster/harness/install-kinds.ts';
import { figureOf, type Figure } from './figure.ts';
import { imagePair } from './image-pair.ts';
import { residentMegabytes } from './process-cost.ts';
import { program } from './runner.ts';
import type { Workshop } from './workshop.ts';

const idleSeconds = 60;
const measuredWithFlux = 5000;
const port = 19_080;

/** So many image repositories and policies in a cluster: what the controller holds, and what it asks of the API server. */
export async function benchCluster(workshop: Workshop, count: number): Promise<readonly Figure[]> {
  const missing = controlPlaneMissing();
  if (missing !== false) {
    console.error(`no figures of a cluster: ${missing}`);
    return [];
  }
  const root = workshop.folder(`cluster-${count}`);
  const controlPlane = await startControlPlane();
  workshop.defer(() => controlPlane.stop());
  installKinds(controlPlane);
  createObjects(controlPlane, { root, host: workshop.peers.host, count });
  const started = performance.now();
  const first = startController(controlPlane, root);
  workshop.defer(() => first.stop());
  while (selected(controlPlane) < count) await pause(500);
  const seconds = (performance.now() - started) / 1000;
  const before = await atRest();
  await pause(idleSeconds * 1000);
  const after = await requests();
  const resident = residentMegabytes(first.pid);
  await first.stop();
  const restarted = performance.now();
  const second = startController(controlPlane, root);
  workshop.defer(() => second.stop());
  await pause(20_000);
  const again = await requests();
  await second.stop();
  const what = `in a cluster, ${count.toLocaleString('en-US')} images of 400 tags and as many policies`;
  const flux = count === measuredWithFlux;
  return [
    figureOf({ work: `${what}: from start to all selected`, unit: 's', ...(flux && { flux: '12 min' }) }, [
      seconds,
    ]),
    figureOf(
      {
        work: `${what}: writes for each pair, events included`,
        unit: 'writes',
        ...(flux && { flux: '7', target: 'at most 4 and events' }),
      },
      [before.writes / count],
    ),
    figureOf(
      {
        work: `${what}: resident when settled`,
        unit: 'MB',
        ...(flux && { flux: '428 MB', target: 'under 150 MB' }),
      },
      [resident],
    ),
    figureOf({ work: `${what}: requests in a minute when idle`, unit: 'requests' }, [after.all - before.all]),
    figureOf(
      {
        work: `${what}: writes in the ${Math.round((performance.now() - restarted) / 1000)} s after a restart`,
        unit: 'writes',
      },
      [again.writes],
    ),
  ];
}

function createObjects(
  controlPlane: ControlPlane,
  { root, host, count }: { readonly root: string; readonly host: string; readonly count: number },
): void {
  const file = join(root, 'objects.yaml');
  const pairs = Array.from({ length: count }, (_, n) => imagePair(n, 'default', `${host}/many/app-${n}`));
  writeFileSync(file, pairs.join('---\n'));
  controlPlane.kubectl(['create', '-f', file]);
}

function startController(
  controlPlane: ControlPlane,
  root: string,
): { readonly pid: number; stop(): Promise<void> } {
  const log = openSync(join(root, 'log'), 'a');
  const arguments_ = [
    'controller',
    '--kubeconfig',
    controlPlane.kubeconfig,
    '--storage-path',
    join(root, 'storage'),
    '--health-addr',
    'off',
    '--metrics-addr',
    `127.0.0.1:${port}`,
  ];
  const child = spawn(program, arguments_, { stdio: ['ignore', 'ignore', log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? -1,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function selected(controlPlane: ControlPlane): number {
  const tags = controlPlane.kubectl([
    'get',
    'imagepolicies',
    '-o',
    'jsonpath={.items[*].status.latestRef.tag}',
  ]);
  return tags.split(' ').filter((tag) => tag !== '').length;
}

/** What it had asked when it had nothing more to say: events are sent at their own, slower pace. */
async function atRest(): Promise<{ readonly all: number; readonly writes: number }> {
  for (let last = await requests(); ;) {
    await pause(10_000);
    const now = await requests();
    if (now.writes === last.writes) return now;
    last = now;
  }
}

/** What the controller has asked of the API server so far, by its own count. */
async function requests(): Promise<{ readonly all: number; readonly writes: number }> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = [...text.matchAll(/^rest_client_requests_total\{code="(\d+)",method="(\w+)"\} (\d+)$/gm)];
  const sum = (wanted: (method: string) => boolean): number =>
    counts
      .filter(([, , method = '']) => wanted(method))
      .reduce((total, [, , , value]) => total + Number(value), 0);
  return { all: sum(() => true), writes: sum((method) => /^(?:CREATE|PATCH|UPDATE|DELETE)$/.test(method)) };
}
