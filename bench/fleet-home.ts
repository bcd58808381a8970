import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reconcileRequestAnnotation } from '../src/api/annotations.ts';
import type { ObjectKey } from '../src/model/object-key.ts';
import { eachAtOnce, type ClusterClient } from './cluster-client.ts';
import { requestRuns, type Home } from './runner.ts';

/** Where the objects of a fleet live. */
export interface FleetHome {
  /** Names and YAML texts. */
  place(objects: Iterable<readonly [name: string, text: string]>): Promise<void>;
  /** Asks for scans of these ImageRepositories. Returns when the requests were written, on the clock of `performance`. */
  request(repositories: readonly ObjectKey[]): Promise<number>;
}

/** Files in a folder. */
export function folderHome(home: Home): FleetHome {
  return {
    place: async (objects) => {
      mkdirSync(home.objects, { recursive: true });
      for (const [name, text] of objects) writeFileSync(join(home.objects, `${name}.yaml`), text);
    },
    request: (keys) => requestRuns(home, 'ImageRepository', keys),
  };
}

/** Objects in a cluster, and requests as `flux reconcile` writes them. The first one counts. */
export function clusterHome(client: ClusterClient): FleetHome {
  return {
    place: (objects) => client.create([...objects].map(([, text]) => text)),
    request: async (keys) => {
      const annotations = { [reconcileRequestAnnotation]: new Date().toISOString() };
      const started = performance.now();
      await eachAtOnce(keys, async (key) => {
        await client.store.objects.patchMetadata('ImageRepository', key, { annotations });
      });
      return started;
    },
  };
}
