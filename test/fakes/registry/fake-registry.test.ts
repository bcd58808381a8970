import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { StartOptions } from './start-registry.ts';
import { startRegistry } from './start-registry.ts';

async function start(t: TestContext, options: StartOptions = {}) {
  const running = await startRegistry(options);
  t.after(() => running.close());
  return {
    ...running,
    ask: (path: string, init?: RequestInit) => fetch(`http://${running.host}${path}`, init),
  };
}

test('pages follow the distribution specification: n, last and Link', async (t) => {
  const { registry, ask } = await start(t, { pageSize: 3 });
  for (const tag of ['b', 'a', 'd', 'c', 'e']) registry.push('team/app', tag);
  const page = async (query: string) => {
    const answer = await ask(`/v2/team/app/tags/list${query}`);
    return [((await answer.json()) as { tags: string[] }).tags.join(''), answer.headers.get('link')];
  };
  assert.deepEqual(await page(''), ['abc', '</v2/team/app/tags/list?last=c&n=3>; rel="next"']);
  assert.deepEqual(await page('?n=2'), ['ab', '</v2/team/app/tags/list?last=b&n=2>; rel="next"']);
  assert.deepEqual(await page('?n=1000&last=c'), ['de', null]);
  assert.deepEqual(await page('?last=bb'), ['cde', null]);
  assert.deepEqual(await page('?last=z'), ['', null]);
});

test('repositories can be made on the fly, and be pushed to all the same', async (t) => {
  const generate = (repository: string) =>
    repository.startsWith('gen/')
      ? { length: 400, at: (index: number) => `t${String(index).padStart(3, '0')}` }
      : undefined;
  const { registry, ask } = await start(t, { generate });
  const tags = async (name: string) =>
    ((await (await ask(`/v2/${name}/tags/list`)).json()) as { tags: string[] }).tags;
  assert.equal((await tags('gen/1')).length, 400);
  registry.push('gen/1', 'zzz');
  assert.equal((await tags('gen/1')).at(-1), 'zzz');
  assert.equal((await tags('gen/2')).length, 400);
  assert.equal((await ask('/v2/gen/2/manifests/t399')).status, 200);
  assert.equal((await ask('/v2/gen/2/manifests/t400')).status, 404);
  assert.equal((await ask('/v2/other/tags/list')).status, 404);
});

test('a digest depends on the tag and on the content, and finds its manifest', async (t) => {
  const { registry, ask } = await start(t);
  const first = registry.push('app', '1.0');
  assert.equal(registry.push('other', '1.0'), first);
  assert.notEqual(registry.push('app', '1.1'), first);
  assert.notEqual(registry.push('app', '1.0', 'rebuilt'), first);
  const head = await ask('/v2/app/manifests/1.0', { method: 'HEAD' });
  const digest = head.headers.get('docker-content-digest') ?? '';
  assert.deepEqual(
    await (await ask(`/v2/app/manifests/${digest}`)).json(),
    await (await ask('/v2/app/manifests/1.0')).json(),
  );
  assert.equal(registry.untag('app', '1.0'), true);
  assert.equal(registry.untag('app', '1.0'), false);
  assert.equal((await ask('/v2/app/manifests/1.0')).status, 404);
});

test('an image can be pushed over HTTP, as skopeo and docker do it', async (t) => {
  const { registry, ask } = await start(t);
  const upload = await ask('/v2/app/blobs/uploads/', { method: 'POST' });
  const location = upload.headers.get('location') ?? '';
  await ask(location, { method: 'PATCH', body: 'hello ' });
  const digest = `sha256:${Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from('hello world'))).toString('hex')}`;
  assert.equal((await ask(`${location}?digest=${digest}`, { method: 'PUT', body: 'world' })).status, 201);
  assert.equal(await (await ask(`/v2/app/blobs/${digest}`)).text(), 'hello world');
  const manifest = {
    method: 'PUT',
    body: '{"schemaVersion":2}',
    headers: { 'content-type': 'application/x' },
  };
  const pushed = await ask('/v2/app/manifests/1.0', manifest);
  assert.equal(pushed.status, 201);
  assert.equal(registry.manifest('app', '1.0')?.digest, pushed.headers.get('docker-content-digest'));
  assert.equal((await ask('/v2/app/manifests/1.0', { method: 'DELETE' })).status, 202);
  assert.equal(registry.tags('app')?.length, 0);
});

test('a token opens one repository for as long as it lives', async (t) => {
  let now = 0;
  const access = { kind: 'token', username: 'u', password: 'p', lifetimeSeconds: 60 } as const;
  const { registry, ask } = await start(t, { access, now: () => now });
  registry.push('app', '1.0');
  registry.push('other', '1.0');
  const challenge = (await ask('/v2/app/tags/list')).headers.get('www-authenticate') ?? '';
  assert.match(
    challenge,
    /^Bearer realm="http:\/\/[\d.:]+\/token",service="fake",scope="repository:app:pull"$/,
  );
  const basic = { headers: { authorization: `Basic ${btoa('u:p')}` } };
  assert.equal((await ask('/token?scope=repository:app:pull')).status, 401);
  const { token } = (await (await ask('/token?scope=repository:app:pull', basic)).json()) as {
    token: string;
  };
  const bearer = { headers: { authorization: `Bearer ${token}` } };
  assert.equal((await ask('/v2/app/tags/list', bearer)).status, 200);
  assert.equal((await ask('/v2/other/tags/list', bearer)).status, 401);
  assert.equal((await ask('/v2/app/manifests/2', { ...bearer, method: 'PUT', body: '{}' })).status, 401);
  now = 60_000;
  assert.equal((await ask('/v2/app/tags/list', bearer)).status, 401);
});

test('a fault happens to what it names, as often as it says', async (t) => {
  const { registry, ask } = await start(t);
  registry.push('app', '1.0');
  const answer = { kind: 'status', status: 500 } as const;
  const mend = registry.fault({ on: 'tags', repository: 'app', times: 2, answer });
  const statuses = async (path: string) => [
    (await ask(path)).status,
    (await ask(path)).status,
    (await ask(path)).status,
  ];
  assert.deepEqual(await statuses('/v2/'), [200, 200, 200]);
  assert.deepEqual(await statuses('/v2/app/tags/list'), [500, 500, 200]);
  mend();
  const forGood = registry.fault({ answer });
  assert.equal((await ask('/v2/')).status, 500);
  forGood();
  assert.equal((await ask('/v2/')).status, 200);
  assert.deepEqual(
    registry.requests.map(({ status }) => status).filter((status) => status === 500).length,
    3,
  );
});
