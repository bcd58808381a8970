import { setTimeout as pause } from 'node:timers/promises';
import {
  controlPlaneMissing,
  startControlPlane,
  type ControlPlane,
} from '../test/e2e/cluster/harness/control-plane.ts';
import { apiWrites, type ApiWrites } from './api-writes.ts';
import { openClusterClient } from './cluster-client.ts';
import { metricOf, prepareCluster, startController, type BenchController } from './cluster-controller.ts';
import { figureOf, type Beside, type Figure } from './figure.ts';
import { imagePair } from './image-pair.ts';
import { cpuSecondsOf, mostResidentMegabytes, residentMegabytes } from './process-cost.ts';
import type { Workshop } from './workshop.ts';

const idleSeconds = 60;
const measuredWithFlux = 5000;

/** What was seen of one fleet. */
interface Seen {
  readonly selectedSeconds: number;
  readonly cpuSeconds: number;
  readonly writes: ApiWrites;
  readonly mostResident: number;
  readonly resident: number;
  readonly idleRequests: number;
  readonly restartSeconds: number;
  readonly writesAfterRestart: number;
}

/** A control plane for one benchmark; undefined, and said, where there can be none. */
export async function benchControlPlane(workshop: Workshop): Promise<ControlPlane | undefined> {
  const missing = controlPlaneMissing();
  if (missing !== false) {
    console.error(`no figures of a cluster: ${missing}`);
    return undefined;
  }
  const controlPlane = await startControlPlane();
  workshop.defer(() => controlPlane.stop());
  prepareCluster(controlPlane);
  return controlPlane;
}

/** So many image repositories and policies in a cluster: what the controller holds, and what it asks of the API server. */
export async function benchCluster(workshop: Workshop, count: number): Promise<readonly Figure[]> {
  const controlPlane = await benchControlPlane(workshop);
  if (controlPlane === undefined) return [];
  const root = workshop.folder(`cluster-${count}`);
  const first = startController(controlPlane, root);
  workshop.defer(() => first.stop());
  const selected = await createAndSelect(controlPlane, first, { host: workshop.peers.host, count });
  const writes = await atRest(controlPlane);
  const idle = await idleMinute(first);
  await first.stop();
  const second = startController(controlPlane, root);
  workshop.defer(() => second.stop());
  const restartSeconds = await allLookedAt(2 * count);
  await pause(10_000);
  const after = apiWrites(controlPlane);
  await second.stop();
  const writesAfterRestart = sumOf(after) - sumOf(writes);
  return figuresOf(count, { ...selected, ...idle, writes, restartSeconds, writesAfterRestart });
}

async function createAndSelect(
  controlPlane: ControlPlane,
  controller: BenchController,
  { host, count }: { readonly host: string; readonly count: number },
): Promise<Pick<Seen, 'selectedSeconds' | 'cpuSeconds'>> {
  const client = await openClusterClient(controlPlane);
  while ((await metricOf(/^process_start_time_seconds /)) === 0) await pause(50);
  const pairs = Array.from({ length: count }, (_, n) => imagePair(n, 'default', `${host}/many/app-${n}`));
  const started = performance.now();
  await client.create(pairs);
  while ((await client.selected()) < count) await pause(100);
  const selectedSeconds = (performance.now() - started) / 1000;
  await client.close();
  return { selectedSeconds, cpuSeconds: cpuSecondsOf(controller.pid) };
}

/** What had been written when nothing more was. */
async function atRest(controlPlane: ControlPlane): Promise<ApiWrites> {
  for (let last = apiWrites(controlPlane); ;) {
    await pause(10_000);
    const now = apiWrites(controlPlane);
    if (sumOf(now) === sumOf(last)) return now;
    last = now;
  }
}

/** A minute without news, when it has come to rest. */
async function idleMinute({
  pid,
}: BenchController): Promise<Pick<Seen, 'mostResident' | 'resident' | 'idleRequests'>> {
  const requests = (): Promise<number> => metricOf(/^rest_client_requests_total/);
  await pause(20_000);
  const before = await requests();
  await pause(idleSeconds * 1000);
  return {
    idleRequests: (await requests()) - before,
    resident: residentMegabytes(pid),
    mostResident: mostResidentMegabytes(pid),
  };
}

/** Seconds until a controller that has just been started has looked at so many objects. */
async function allLookedAt(objects: number): Promise<number> {
  const started = performance.now();
  while ((await metricOf(/^controller_runtime_reconcile_total/)) < objects) await pause(50);
  return (performance.now() - started) / 1000;
}

function sumOf({ statuses, metadata, events }: ApiWrites): number {
  return statuses + metadata + events;
}

function figuresOf(count: number, seen: Seen): readonly Figure[] {
  const what = `in a cluster, ${count.toLocaleString('en-US')} images of 400 tags and as many policies`;
  const beside = (flux: Beside): Beside => (count === measuredWithFlux ? flux : {});
  const { statuses, metadata, events } = seen.writes;
  const row = (work: string, [value, unit]: readonly [number, string], more: Beside = {}): Figure =>
    figureOf({ work: `${what}: ${work}`, unit, ...more }, [value]);
  return [
    row('from creation to all selected', [seen.selectedSeconds, 's'], {
      cpuSeconds: seen.cpuSeconds,
      ...beside({ flux: '12 min' }),
    }),
    row(
      'writes for each object, finalizer and status',
      [(statuses + metadata) / (2 * count), 'writes'],
      beside({ flux: '3.5', target: 'at most 2' }),
    ),
    row('events for each object', [events / (2 * count), 'events']),
    row('resident at the most', [seen.mostResident, 'MB']),
    row('resident when settled', [seen.resident, 'MB'], beside({ flux: '428 MB', target: 'under 150 MB' })),
    row(
      'requests in a minute when idle, 12 renewals of the lease among them',
      [seen.idleRequests, 'requests'],
      {
        target: 'watches and renewals',
      },
    ),
    row('from a restart to all looked at', [seen.restartSeconds, 's']),
    row('writes after a restart', [seen.writesAfterRestart, 'writes'], { target: '0' }),
  ];
}
