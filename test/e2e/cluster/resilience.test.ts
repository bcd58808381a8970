import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { ImagePolicy } from '../../../src/api/image-policy.ts';
import { systemClock } from '../../../src/app/clock.ts';
import { isTidemarkError } from '../../../src/model/errors.ts';
import { silentLog } from '../../../src/model/log.ts';
import type { KubeClient, RequestRecord } from '../../../src/store/kubernetes/kube-client.ts';
import { openKubernetesStore } from '../../../src/store/kubernetes/kubernetes-store.ts';
import { resourceOf } from '../../../src/store/kubernetes/resource.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { clientOf, connectionTo } from './harness/admin-client.ts';
import { type ControlPlane, startControlPlane } from './harness/control-plane.ts';
import { startCuttingProxy, type CuttingProxy } from './harness/cutting-proxy.ts';
import { installKinds } from './harness/install-kinds.ts';

const namespace = 'default';
const resource = resourceOf('ImagePolicy');

let controlPlane: ControlPlane;
let admin: KubeClient;

before(async () => {
  controlPlane = await startControlPlane();
  installKinds(controlPlane);
  admin = clientOf(connectionTo(controlPlane));
});

after(async () => {
  await admin?.close();
  controlPlane?.stop();
});

function policy(name: string): ImagePolicy {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { namespace, name },
    spec: {
      imageRepositoryRef: { name: 'app' },
      policy: { numerical: { order: 'asc' } },
      digestReflectionPolicy: 'Never',
    },
  };
}

/** A store behind a way that can be cut, and what a subscriber has made of all that it heard. */
async function open(t: TestContext) {
  const connection = connectionTo(controlPlane);
  const proxy: CuttingProxy = await startCuttingProxy(connection.server);
  const requests: RequestRecord[] = [];
  const client = clientOf(
    { ...connection, server: new URL(`https://127.0.0.1:${proxy.port}`) },
    { onRequest: (record) => requests.push(record), requestTimeoutMs: 5000 },
  );
  const store = openKubernetesStore({
    client,
    // Nobody wants to wait half a minute for a server that is back.
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 200), signal) },
    log: silentLog,
    cached: ['ImagePolicy'],
    component: 'tidemark',
    epoch: 'epoch',
  });
  const abort = new AbortController();
  const heard = new Map<string, string>();
  const told = { events: 0, doubtful: [] as string[] };
  const listening = (async () => {
    for await (const event of store.objects.watch('ImagePolicy', { signal: abort.signal })) {
      if (event.type === 'bookmark') continue;
      told.events += 1;
      const { name, uid = '', resourceVersion = '' } = event.object.metadata;
      const id = `${name} ${uid}`;
      if ((event.type === 'added') === heard.has(id)) told.doubtful.push(`${event.type} ${id}`);
      if (event.type === 'deleted') heard.delete(id);
      else heard.set(id, resourceVersion);
    }
  })();
  t.after(async () => {
    abort.abort();
    await listening.catch(() => undefined);
    await store.close();
    await client.close();
    await proxy.close();
  });
  await store.fill();
  return { store, proxy, requests, heard, told, client };
}

async function truth(): Promise<Map<string, string>> {
  const { items } = JSON.parse(controlPlane.kubectl(['get', 'imagepolicies', '-A', '-o', 'json'])) as {
    items: ImagePolicy[];
  };
  return new Map(
    items.map(({ metadata }) => [`${metadata.name} ${metadata.uid}`, metadata.resourceVersion ?? '']),
  );
}

/** The store and whoever listens to it know what the cluster has, and nothing was told wrongly on the way. */
async function agrees({ store, heard, told }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const expected = await truth();
  await waitUntil(
    async () => {
      const { items } = await store.objects.list('ImagePolicy');
      const shown = new Map(
        items.map(({ metadata }) => [`${metadata.name} ${metadata.uid}`, metadata.resourceVersion ?? '']),
      );
      assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(expected));
      assert.deepEqual(Object.fromEntries(heard), Object.fromEntries(expected));
      return true;
    },
    { what: 'a store that shows what the cluster has' },
  );
  assert.deepEqual(told.doubtful, []);
}

async function change(round: number): Promise<void> {
  const name = `p${round % 20}`;
  const key = { namespace, name };
  if (round % 7 === 3) await admin.request({ verb: 'delete', resource, key }).catch(() => undefined);
  const exists = await admin.request({ verb: 'get', resource, key }).then(
    () => true,
    () => false,
  );
  if (!exists) await admin.request({ verb: 'create', resource, key, body: policy(name) });
  else
    await admin.request({
      verb: 'patch',
      resource,
      key,
      body: { metadata: { annotations: { round: String(round) } } },
    });
}

test('watches that are cut a hundred times while everything changes lose nothing', async (t) => {
  const world = await open(t);
  for (let round = 0; round < 100; round += 1) {
    await change(round);
    world.proxy.cut();
    await change(round + 1);
  }
  await agrees(world);
  const lists = world.requests.filter(({ verb }) => verb === 'list');
  assert.equal(lists.length, 1, 'a watch that was cut is resumed, without a list');
});

test('while watches are cut our own writes are seen at once, and none is lost', async (t) => {
  const world = await open(t);
  const { objects } = world.store;
  await objects.create(policy('own'));
  const key = { namespace, name: 'own' };
  for (let round = 1; round <= 60; round += 1) {
    if (round % 3 === 0) world.proxy.cut();
    const status = { observedGeneration: 1, lastHandledReconcileAt: String(round) };
    // A cut connection is no answer: it may have been written or not.
    for (let isWritten = false; !isWritten;) {
      try {
        await objects.writeStatus('ImagePolicy', key, status);
        isWritten = true;
      } catch (error) {
        assert.ok(isTidemarkError(error, 'ClusterUnreachable', 'Conflict'), String(error));
      }
    }
    const seen = await objects.get('ImagePolicy', key);
    assert.equal(seen?.status?.lastHandledReconcileAt, String(round));
  }
  await objects.delete('ImagePolicy', key).catch(() => objects.delete('ImagePolicy', key));
  assert.equal(await objects.get('ImagePolicy', key), undefined);
  await agrees(world);
});

test('an API server that is stopped and started, and then killed, and its etcd too', async (t) => {
  const world = await open(t);
  for (const [program, signal] of [
    ['kube-apiserver', 'SIGTERM'],
    ['kube-apiserver', 'SIGKILL'],
    ['etcd', 'SIGKILL'],
  ] as const) {
    await change(1);
    await controlPlane.kill(program, signal);
    // What was known stays readable.
    assert.ok((await world.store.objects.list('ImagePolicy')).items.length > 0);
    await controlPlane.start(program);
    await change(3);
    await change(5);
    await agrees(world);
  }
});

test('what was missed while versions were given up is told after a new list: also what is gone', async (t) => {
  const world = await open(t);
  await change(0);
  await change(1);
  await agrees(world);
  world.proxy.block(true);
  for (let round = 2; round < 30; round += 1) await change(round);
  await compact();
  // A new API server remembers nothing from before the compaction.
  await controlPlane.kill('kube-apiserver', 'SIGTERM');
  await controlPlane.start('kube-apiserver');
  world.requests.length = 0;
  world.proxy.block(false);
  await agrees(world);
  assert.ok(
    world.requests.some(({ verb, status }) => verb === 'list' && status === 200),
    'a new list was needed',
  );
});

test('a watch without news asks for nothing', async (t) => {
  const world = await open(t);
  await agrees(world);
  world.requests.length = 0;
  await systemClock.sleep(3000);
  assert.deepEqual(world.requests, []);
});

/** Makes etcd forget every version but the current one. */
async function compact(): Promise<void> {
  const script = controlPlane.startScript('etcd');
  const endpoint = /--listen-client-urls (\S+)/.exec(script)?.[1];
  const post = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
    const answer = await fetch(`${endpoint}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await post('kv/range', { key: 'AA==' });
  await post('kv/compaction', { revision: header.revision, physical: true });
}
