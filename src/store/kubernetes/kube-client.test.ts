import assert from 'node:assert/strict';
import { test } from 'node:test';

import { failure, startFakeApi } from './testing/fake-api.ts';
import { resourceOf } from './resource.ts';

const policies = resourceOf('ImagePolicy');
const key = { namespace: 'apps', name: 'web' };
const path = '/apis/image.toolkit.fluxcd.io/v1/namespaces/apps/imagepolicies/web';
const get = { verb: 'get', resource: policies, key } as const;

/** A clock on which waiting takes no time, and is written down. */
function quickClock() {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => new Date(1_700_000_000_000 + now),
    monotonicMs: () => now,
    sleep: async (ms: number) => {
      waits.push(ms);
      now += ms;
    },
  };
}

test('a request that the server is too busy for is made again when the server said, as often as need be', async (t) => {
  const clock = quickClock();
  const { api, client } = await startFakeApi(t, { clock });
  api.on(() => ({ body: { done: true } }));
  api.once('GET', path, { ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '3' } });
  api.once('GET', path, { ...failure(503, 'ServiceUnavailable'), headers: { 'retry-after': '7' } });
  assert.deepEqual(await client.request(get), { done: true });
  assert.deepEqual(clock.waits, [7000, 3000]);
});

test('a server that stays busy is said to be', async (t) => {
  const { api, client } = await startFakeApi(t, { clock: quickClock() });
  api.on(() => ({ ...failure(429, 'TooManyRequests'), headers: { 'retry-after': '1' } }));
  await assert.rejects(client.request(get), { code: 'ClusterThrottled', retryAfterMs: 1000 });
  assert.equal(api.requests.length, 10);
});

test('an urgent request is neither made again nor held back by our own pace', async (t) => {
  const clock = quickClock();
  const { api, client } = await startFakeApi(t, { clock, qps: 1, burst: 1 });
  api.on(() => failure(429, 'TooManyRequests'));
  for (let index = 0; index < 3; index += 1)
    await assert.rejects(client.request({ ...get, urgent: true }), { code: 'ClusterThrottled' });
  assert.deepEqual(clock.waits, []);
});

test('after a burst requests keep to the pace', async (t) => {
  const clock = quickClock();
  const { api, client } = await startFakeApi(t, { clock, qps: 50, burst: 3 });
  api.on(() => ({ body: {} }));
  for (let index = 0; index < 6; index += 1) await client.request(get);
  assert.deepEqual(clock.waits, [20, 20, 20]);
});

test('credentials that are refused are renewed once', async (t) => {
  const seen: boolean[] = [];
  const { api, client } = await startFakeApi(t);
  const renewing = await startFakeApi(t, {
    connection: {
      server: new URL(`http://${client.server}`),
      identify: async ({ renew }) => {
        seen.push(renew);
        return { tls: {}, authorization: renew ? 'Bearer new' : 'Bearer old' };
      },
    },
  });
  api.on(({ headers }) =>
    headers.authorization === 'Bearer new' ? { body: { ok: 1 } } : failure(401, 'Unauthorized'),
  );
  assert.deepEqual(await renewing.client.request(get), { ok: 1 });
  assert.deepEqual(seen, [false, true]);
  api.on(() => failure(401, 'Unauthorized'));
  await assert.rejects(renewing.client.request(get), (error: Error & { code: string }) => {
    assert.equal(error.code, 'ClusterUnauthorized');
    assert.doesNotMatch(error.message, /Bearer|\bold\b|\bnew\b/);
    return true;
  });
});

test('a read over a connection that breaks is made again; a write that may have been done twice is not', async (t) => {
  const { api, client } = await startFakeApi(t, { clock: quickClock() });
  let breaks = 2;
  api.on((_request, response) => {
    if (breaks === 0) return { body: { ok: 1 } };
    breaks -= 1;
    response.destroy();
    return 'streaming';
  });
  assert.deepEqual(await client.request(get), { ok: 1 });
  breaks = 1;
  await assert.rejects(client.request({ verb: 'create', resource: policies, key, body: {} }), {
    code: 'ClusterUnreachable',
  });
  breaks = 1;
  assert.deepEqual(await client.request({ verb: 'patch', resource: policies, key, body: {} }), { ok: 1 });
});

test('a server that does not answer is given up after the time for one request', async (t) => {
  const { api, client } = await startFakeApi(t);
  api.on(() => 'streaming');
  await assert.rejects(client.request({ ...get, timeoutMs: 50 }), {
    code: 'ClusterUnreachable',
    message: `no answer from the API server at ${client.server} (get ImagePolicy apps/web): no complete answer within 0.05 s`,
  });
});

test('nothing is written once writing is forbidden, but a lease can still be given back', async (t) => {
  const { api, client } = await startFakeApi(t, {
    beforeWrite: () => {
      throw new Error('no longer the leader');
    },
  });
  api.on(() => ({ body: {} }));
  const patch = { verb: 'patch', resource: policies, key, body: {} } as const;
  await assert.rejects(client.request(patch), /no longer the leader/);
  await client.request({ ...patch, urgent: true });
  await client.request(get);
  assert.deepEqual(
    api.requests.map(({ method }) => method),
    ['PATCH', 'GET'],
  );
});

const refusals = [
  [
    403,
    'Forbidden',
    { name: 'web' },
    'ClusterForbidden',
    /^not allowed to get imagepolicies in namespace "apps": /,
  ],
  [
    404,
    'NotFound',
    { name: 'web', kind: 'imagepolicies' },
    'NotFound',
    /^there is no ImagePolicy apps\/web$/,
  ],
  [404, 'NotFound', {}, 'KindNotServed', /^the cluster at .* does not know imagepolicies: install/],
  [409, 'Conflict', { name: 'web' }, 'Conflict', /^ImagePolicy apps\/web has changed since it was read/],
  [409, 'AlreadyExists', { name: 'web' }, 'AlreadyExists', /^ImagePolicy apps\/web is there already$/],
  [410, 'Expired', {}, 'WatchExpired', /too old/],
  [
    500,
    'InternalError',
    {},
    'ClusterFailed',
    /^the API server failed to get ImagePolicy apps\/web: InternalError$/,
  ],
  [
    422,
    'Invalid',
    { name: 'web', causes: [{ field: 'spec.interval', message: 'must match\nsomething' }] },
    'ObjectInvalid',
    /^ImagePolicy apps\/web is refused: spec\.interval: must match something$/,
  ],
] as const;
for (const [status, reason, details, code, message] of refusals) {
  test(`an answer ${status} ${reason}${'name' in details ? '' : ' that names nothing'} is ${code}`, async (t) => {
    const { api, client } = await startFakeApi(t);
    api.on(() => failure(status, reason, details));
    await assert.rejects(client.request(get), { code, message });
  });
}

test('an answer that is no JSON, and an error page of something in between, are said to be', async (t) => {
  const { api, client } = await startFakeApi(t);
  api.on(() => ({ status: 502, body: '<html>Bad Gateway</html>' }));
  await assert.rejects(client.request(get), { code: 'ClusterFailed', message: /status 502$/ });
  api.on(() => ({ body: '<html>' }));
  await assert.rejects(client.request(get), { code: 'ClusterFailed', message: /is no JSON/ });
});

test('of requests that wait for the pace each namespace has its turn', async (t) => {
  const { api, client } = await startFakeApi(t, { clock: quickClock(), qps: 50, burst: 1 });
  api.on(() => ({ body: {} }));
  const ask = (namespace: string, name: string) => client.request({ ...get, key: { namespace, name } });
  const names = ['1', '2', '3', '4', '5'];
  await Promise.all([...names.map((name) => ask('crowd', name)), ask('quiet', '1'), ask('quiet', '2')]);
  const order = api.requests.map(({ path }) => path.replace(/^.*namespaces\/(\w+)\/.*\/(\d)$/, '$1 $2'));
  assert.deepEqual(order.toSorted(), [...names.map((name) => `crowd ${name}`), 'quiet 1', 'quiet 2']);
  assert.ok(order.indexOf('quiet 1') <= 3 && order.indexOf('quiet 2') <= 5, order.join(', '));
});

test('each kind has a pace of its own: events do not hold up statuses', async (t) => {
  const clock = quickClock();
  const { api, client } = await startFakeApi(t, { clock, qps: 50, burst: 2 });
  api.on(() => ({ body: {} }));
  const resource = { kind: 'Event', apiVersion: 'v1', plural: 'events', namespaced: true };
  for (let index = 0; index < 2; index += 1) {
    await client.request({ ...get, resource });
    await client.request(get);
  }
  assert.deepEqual(clock.waits, []);
});

test('whoever gives up waiting for the pace does not use up a turn', async (t) => {
  const clock = quickClock();
  const { api, client } = await startFakeApi(t, { clock, qps: 50, burst: 1 });
  api.on(() => ({ body: {} }));
  await client.request(get);
  const gone = assert.rejects(client.request({ ...get, signal: AbortSignal.abort(new Error('gone')) }));
  await Promise.all([gone, client.request(get)]);
  assert.equal(api.requests.length, 2);
  assert.deepEqual(clock.waits, [20]);
});

test('a name that no object can have leads to none, and never to another path', async (t) => {
  const { api, client } = await startFakeApi(t);
  for (const name of ['', '.', '..', 'app/status', '../../other/secrets/app', 'app%2Fstatus'])
    await assert.rejects(client.request({ ...get, key: { namespace: 'apps', name } }), { code: 'NotFound' });
  assert.deepEqual(api.requests, []);
});

test('the path of a server behind a proxy, and what a name may hold, are kept', async (t) => {
  const { api, client } = await startFakeApi(t);
  const behind = await startFakeApi(t, {
    connection: {
      server: new URL(`http://${client.server}/k8s/clusters/c1/`),
      identify: async () => ({ tls: {} }),
    },
  });
  api.on(() => ({ body: {} }));
  await behind.client.request({ ...get, key: { namespace: 'apps', name: 'a:b?c#d' } });
  assert.equal(
    api.requests[0]?.path,
    '/k8s/clusters/c1/apis/image.toolkit.fluxcd.io/v1/namespaces/apps/imagepolicies/a%3Ab%3Fc%23d',
  );
});
