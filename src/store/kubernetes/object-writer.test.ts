import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { systemClock } from '../../app/clock.ts';
import { silentLog } from '../../model/log.ts';
import { openKubernetesStore } from './kubernetes-store.ts';
import { failure, startFakeApi } from './testing/fake-api.ts';
import { FakeCollection } from './testing/fake-collection.ts';

const collection = '/apis/image.toolkit.fluxcd.io/v1/imagepolicies';
const path = '/apis/image.toolkit.fluxcd.io/v1/namespaces/apps/imagepolicies/web';
const key = { namespace: 'apps', name: 'web' };

function stored(resourceVersion: string, status: object = { observedGeneration: 1 }): object {
  return {
    metadata: { ...key, uid: 'u', resourceVersion },
    spec: { imageRepositoryRef: { name: 'r' }, policy: {} },
    status,
  };
}

/** A store with a cache that knows the object as version 5, although the server may be further. */
async function start(t: TestContext) {
  const { api, client } = await startFakeApi(t);
  const policies = new FakeCollection(api, collection);
  api.once('GET', collection, { body: { metadata: { resourceVersion: '10' }, items: [stored('5')] } });
  const options = { client, clock: systemClock, log: silentLog, component: 'x', epoch: 'e' };
  const { objects, fill, close } = openKubernetesStore({ ...options, cached: ['ImagePolicy'] });
  t.after(close);
  await fill();
  api.requests.length = 0;
  const asked = (): readonly string[] =>
    api.requests.filter((one) => one.path.startsWith(path)).map(({ method }) => method);
  const bodies = (): readonly unknown[] =>
    api.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body) as unknown);
  return { api, policies, objects, asked, bodies };
}

test('a status is sent as what differs, over the version that it was compared with', async (t) => {
  const { api, objects, bodies } = await start(t);
  api.on(({ method }) =>
    method === 'PATCH' ? { body: stored('11', { lastHandledReconcileAt: 'x' }) } : undefined,
  );
  await objects.writeStatus('ImagePolicy', key, { lastHandledReconcileAt: 'x' });
  assert.deepEqual(bodies(), [
    { metadata: { resourceVersion: '5' }, status: { observedGeneration: null, lastHandledReconcileAt: 'x' } },
  ]);
});

test('a status that stands there already is not sent', async (t) => {
  const { objects, asked } = await start(t);
  await objects.writeStatus('ImagePolicy', key, { observedGeneration: 1 });
  await objects.writeStatus('ImagePolicy', key, { observedGeneration: 1 }, { resourceVersion: '5' });
  assert.deepEqual(asked(), []);
});

test('whoever is told of a conflict reads what is true, although the watch is still behind', async (t) => {
  const { api, objects, asked } = await start(t);
  api.on(({ method }) => (method === 'PATCH' ? failure(409, 'Conflict', { name: 'web' }) : undefined));
  api.once('GET', path, { body: stored('12', { observedGeneration: 3 }) });
  const write = objects.writeStatus('ImagePolicy', key, { observedGeneration: 2 }, { resourceVersion: '5' });
  await assert.rejects(write, { code: 'Conflict' });
  assert.equal((await objects.get('ImagePolicy', key))?.metadata.resourceVersion, '12');
  assert.deepEqual(asked(), ['PATCH', 'GET']);
});

test('without a version of its own a status is written over whatever is there, after a fresh look', async (t) => {
  const { api, objects, bodies } = await start(t);
  api.on(({ method }) =>
    method === 'PATCH' ? { body: stored('13', { observedGeneration: 2 }) } : undefined,
  );
  api.once('PATCH', `${path}/status`, failure(409, 'Conflict', { name: 'web' }));
  api.once('GET', path, { body: stored('12', { observedGeneration: 1, lastHandledReconcileAt: 'theirs' }) });
  await objects.writeStatus('ImagePolicy', key, { observedGeneration: 2 });
  assert.deepEqual(bodies(), [
    { metadata: { resourceVersion: '5' }, status: { observedGeneration: 2 } },
    { metadata: { resourceVersion: '12' }, status: { observedGeneration: 2, lastHandledReconcileAt: null } },
  ]);
});

test('a version that is older than what is known is refused without asking the server', async (t) => {
  const { objects, asked } = await start(t);
  const write = objects.writeStatus('ImagePolicy', key, { observedGeneration: 2 }, { resourceVersion: '4' });
  await assert.rejects(write, { code: 'Conflict' });
  assert.deepEqual(asked(), []);
});
