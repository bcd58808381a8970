import { setTimeout as pause } from 'node:timers/promises';
import { measureChanges, type Measuring } from './changes.ts';
import { openClusterClient } from './cluster-client.ts';
import { benchControlPlane } from './cluster.ts';
import { startController } from './cluster-controller.ts';
import type { Beside, Figure } from './figure.ts';
import { clusterHome } from './fleet-home.ts';
import { Fleet } from './fleet.ts';
import { until } from './runner.ts';
import type { Workshop } from './workshop.ts';

const big = { files: 10_000, markers: 500, policies: 500, name: 'cluster', images: 'one' } as const;
const size = '10,000 files, 500 markers, 500 policies';
/** Events are written behind, and the pace has to have its burst again. */
const restMs = 20_000;
const paceOfFlux = ['--kube-api-qps=50', '--kube-api-burst=300'];

/** New tags in a cluster: from the request for a scan to the commit on the remote. */
export async function benchClusterChanges(workshop: Workshop): Promise<readonly Figure[]> {
  return [
    ...(await measureWith(workshop, { folder: 'own-pace', flags: [] }, [
      [
        { policies: 1, rounds: 15, restMs: 1500 },
        { work: `in a cluster, one tag changes, ${size}, warm`, flux: '3.7 s', target: 'under 300 ms' },
      ],
      [
        { policies: 500, rounds: 5, restMs, until: 'last' },
        {
          work: 'in a cluster, all 500 policies change at once, until the last is in Git',
          flux: '251 s',
          target: 'under 2 s',
        },
      ],
    ])),
    ...(await measureWith(workshop, { folder: 'pace-of-flux', flags: paceOfFlux }, [
      [
        { policies: 500, rounds: 5, restMs, until: 'last' },
        { work: `the same with ${paceOfFlux.join(' ')}, as Flux`, target: 'under 2 s' },
      ],
    ])),
  ];
}

async function measureWith(
  workshop: Workshop,
  { folder, flags }: { readonly folder: string; readonly flags: readonly string[] },
  rows: readonly (readonly [Measuring, { readonly work: string } & Beside])[],
): Promise<readonly Figure[]> {
  const controlPlane = await benchControlPlane(workshop);
  if (controlPlane === undefined) return [];
  const client = await openClusterClient(controlPlane);
  workshop.defer(() => client.close());
  const fleet = new Fleet({ ...big, name: folder }, workshop.peers, clusterHome(client));
  await fleet.setUp();
  const runner = startController(controlPlane, workshop.folder(`cluster-${folder}`), flags);
  workshop.defer(() => runner.stop());
  await until(() => fleet.isWritten(big.policies), { what: 'the first commit', everyMs: 200 });
  await pause(restMs);
  const figures: Figure[] = [];
  for (const [measuring, row] of rows) {
    figures.push(await measureChanges({ fleet, runner }, measuring, row));
    await pause(restMs);
  }
  await runner.stop();
  return figures;
}
