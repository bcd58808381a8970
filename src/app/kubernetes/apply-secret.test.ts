import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Secret } from '../../api/secret.ts';
import { isTidemarkError } from '../../model/errors.ts';
import { failure, startFakeApi } from '../../store/kubernetes/testing/fake-api.ts';
import { applySecret } from './apply-secret.ts';

const path = '/api/v1/namespaces/apps/secrets';
const secret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'apps', labels: { team: 'a' } },
  type: 'Opaque',
  data: { bearerToken: 'dA==' },
};

const there = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name: 'login', namespace: 'apps', resourceVersion: '7', labels: { other: 'x' } },
  data: { username: 'bWU=', password: 'cHc=' },
};

test('a Secret that is not there is created', async (t) => {
  const { api, client } = await startFakeApi(t);
  api.once('GET', `${path}/login`, failure(404, 'NotFound', { name: 'login', kind: 'secrets' }));
  api.once('POST', path, { status: 201 });
  assert.equal(await applySecret(client, secret), 'created');
  assert.deepEqual(JSON.parse(api.requests.at(-1)?.body ?? ''), secret);
});

test('one that is there gets all of the new data, keeps its labels, and is compared by version', async (t) => {
  const { api, client } = await startFakeApi(t);
  api.once('GET', `${path}/login`, { body: there });
  api.once('PUT', `${path}/login`, {});
  assert.equal(await applySecret(client, secret), 'updated');
  const sent = JSON.parse(api.requests.at(-1)?.body ?? '') as typeof there;
  assert.deepEqual(sent.data, { bearerToken: 'dA==' });
  assert.deepEqual(sent.metadata, { ...there.metadata, labels: { other: 'x', team: 'a' } });
});

test('what cannot be changed is said, with what to do', async (t) => {
  const { api, client } = await startFakeApi(t);
  for (const [odd, what] of [
    [{ ...there, type: 'kubernetes.io/tls' }, 'of type kubernetes.io/tls, which cannot become Opaque'],
    [{ ...there, immutable: true }, 'and is immutable'],
  ] as const) {
    api.once('GET', `${path}/login`, { body: odd });
    await assert.rejects(
      applySecret(client, secret),
      (error) =>
        isTidemarkError(error, 'ObjectInvalid') &&
        error.message.includes(what) &&
        error.message.includes('kubectl -n apps delete secret login'),
    );
  }
  assert.ok(api.requests.every(({ method }) => method === 'GET'));
});

test('a right that is missing is named, and nothing of the Secret', async (t) => {
  const { api, client } = await startFakeApi(t);
  api.once('GET', `${path}/login`, failure(403, 'Forbidden'));
  await assert.rejects(
    applySecret(client, secret),
    (error) =>
      isTidemarkError(error, 'ClusterForbidden') &&
      error.message.startsWith('not allowed to get secrets in namespace "apps"') &&
      !error.message.includes('dA=='),
  );
});
