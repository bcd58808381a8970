import { randomUUID } from 'node:crypto';
import { after, before, type TestContext } from 'node:test';
import { kindDefinitions, kindNames } from '../../../src/api/kinds.ts';
import type { AnyObject, KindName } from '../../../src/api/kinds.ts';
import { systemClock } from '../../../src/app/clock.ts';
import { silentLog } from '../../../src/model/log.ts';
import type { ObjectKey } from '../../../src/model/object-key.ts';
import type { KubeClient } from '../../../src/store/kubernetes/kube-client.ts';
import { openKubernetesStore } from '../../../src/store/kubernetes/kubernetes-store.ts';
import { listPages } from '../../../src/store/kubernetes/list-pages.ts';
import { resourceOf } from '../../../src/store/kubernetes/resource.ts';
import { describeStoreContract } from '../../../src/store/store-contract.ts';
import type { StoreHarness } from '../../../src/store/store-contract.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { clientOf, connectionTo } from './harness/admin-client.ts';
import { type ControlPlane, controlPlaneMissing, startControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';

const namespaces = ['flux-system', 'team-a', 'team-b', 'a'];
const customKinds = kindNames.filter((kind) => kindDefinitions[kind].group !== '');

let controlPlane: ControlPlane;
let admin: KubeClient;

before(async () => {
  const missing = controlPlaneMissing();
  if (missing !== false) throw new Error(missing);
  controlPlane = await startControlPlane();
  admin = clientOf(connectionTo(controlPlane));
  installKinds(controlPlane);
  for (const name of namespaces) controlPlane.kubectl(['create', 'namespace', name]);
});

after(async () => {
  await admin?.close();
  controlPlane?.stop();
});

/** A store over an API server with none of our objects in it. */
async function createHarness(t: TestContext, cached: readonly KindName[]): Promise<StoreHarness> {
  await removeEverything();
  const client = clientOf(connectionTo(controlPlane));
  const store = openKubernetesStore({
    client,
    clock: systemClock,
    log: silentLog,
    cached,
    component: 'tidemark',
    epoch: randomUUID(),
  });
  t.after(async () => {
    await store.close();
    await client.close();
  });
  const { objects, events } = store;

  const shown = (kind: KindName, key: ObjectKey): Promise<AnyObject | undefined> => objects.get(kind, key);

  return {
    objects,
    events,
    apply: async (object) => {
      const { kind, metadata } = object;
      const body = {
        ...object,
        metadata: { ...metadata, namespace: metadata.namespace || undefined },
      };
      const applied = (await admin.request({
        verb: 'patch',
        resource: resourceOf(kind),
        key: metadata,
        patch: 'apply',
        query: { fieldManager: 'owner', force: 'true' },
        body,
      })) as AnyObject;
      await waitUntil(
        async () =>
          (await shown(kind, metadata))?.metadata.resourceVersion === applied.metadata.resourceVersion,
        { what: `${kind} ${metadata.name} in the store`, everyMs: 5 },
      );
    },
    remove: async (kind, key) => {
      await admin.request({ verb: 'delete', resource: resourceOf(kind), key });
      await waitUntil(
        async () => {
          const object = await shown(kind, key);
          return object === undefined || object.metadata.deletionTimestamp !== undefined;
        },
        { what: `the end of ${kind} ${key.name}`, everyMs: 5 },
      );
    },
    expiredVersion: async () => '1',
  };
}

async function removeEverything(): Promise<void> {
  for (const kind of [...customKinds, 'Secret'] as const) {
    const resource = resourceOf(kind);
    const found: ObjectKey[] = [];
    await listPages({ client: admin, resource }, (items) =>
      found.push(...items.map((item) => (item as AnyObject).metadata)),
    );
    for (const key of found) {
      await admin.request({ verb: 'patch', resource, key, body: { metadata: { finalizers: null } } });
      await admin.request({ verb: 'delete', resource, key }).catch(() => undefined);
    }
  }
  for (const namespace of namespaces)
    controlPlane.kubectl(['delete', 'events', '--all', '-n', namespace, '--wait=false']);
}

describeStoreContract('cluster, cached', (t) => createHarness(t, customKinds));
describeStoreContract('cluster, asked each time', (t) => createHarness(t, []));
