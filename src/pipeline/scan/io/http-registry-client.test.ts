import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import {
  access,
  fakeRegistry,
  forever,
  keychain,
  registryClient,
} from '../../../../test/builders/registry-client.ts';
import { parseImageName } from '../../../model/image-ref.ts';
import type { Log } from '../../../model/log.ts';
import { silentLog } from '../../../model/log.ts';

const puller = { username: 'puller', password: 'CANARY-password' };

test('tags of an open registry are read, in one page or in many', async (t) => {
  for (const pageSize of [1, 2, 1000]) {
    const { registry, host } = await fakeRegistry(t, { pageSize });
    registry.setTags('team/app', ['1.0', '1.1', '1.2', '2.0', 'latest']);
    const image = parseImageName(`${host}/team/app`);
    const tags = await registryClient(t).listTags(image, access(), forever());
    assert.deepEqual(tags, ['1.0', '1.1', '1.2', '2.0', 'latest']);
    assert.equal(registry.requests.find((request) => request.path.endsWith('/list'))?.query, 'n=1000');
  }
});

test('a hundred thousand tags arrive complete', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const all = Array.from({ length: 100_000 }, (_, index) => `t${String(index).padStart(6, '0')}`);
  registry.setTags('big', all);
  const tags = await registryClient(t).listTags(parseImageName(`${host}/big`), access(), forever());
  assert.deepEqual(tags, all);
});

test('no tags are an empty list, and an unknown repository is an error', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.setTags('empty', []);
  const client = registryClient(t);
  assert.deepEqual(await client.listTags(parseImageName(`${host}/empty`), access(), forever()), []);
  registry.fault({ repository: 'empty', answer: { kind: 'tags', tags: null } });
  assert.deepEqual(await client.listTags(parseImageName(`${host}/empty`), access(), forever()), []);
  await assert.rejects(client.listTags(parseImageName(`${host}/unknown`), access(), forever()), {
    code: 'RegistryNotFound',
    message: `GET http://${host}/v2/unknown/tags/list?n=1000: NAME_UNKNOWN: repository name not known to registry (404 Not Found)`,
  });
});

test('Basic access takes the credential of the pull secret', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'basic', ...puller } });
  registry.push('app', '1.0');
  const image = parseImageName(`${host}/app`);
  const client = registryClient(t);
  const right = access({ keychain: keychain({ [host]: puller }) });
  assert.deepEqual(await client.listTags(image, right, forever()), ['1.0']);
  assert.match(await client.fetchDigest(image, '1.0', right, forever()), /^sha256:[0-9a-f]{64}$/);
  const wrong = access({ keychain: keychain({ [host]: { ...puller, password: 'CANARY-wrong' } }) });
  await assert.rejects(client.listTags(image, wrong, forever()), {
    code: 'RegistryUnauthorized',
    message: `GET http://${host}/v2/app/tags/list?n=1000: UNAUTHORIZED: authentication required (401 Unauthorized); the credentials for ${host} were refused`,
  });
  await assert.rejects(client.listTags(image, access(), forever()), {
    code: 'RegistryUnauthorized',
    message: `GET http://${host}/v2/app/tags/list?n=1000: UNAUTHORIZED: authentication required (401 Unauthorized); no credentials for ${host} were given`,
  });
});

test('a bearer token is fetched once, serves all pages and the digest, and is bound to the repository', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token', ...puller }, pageSize: 1 });
  for (const tag of ['1', '2', '3']) registry.push('app', tag);
  registry.push('other', '1');
  const client = registryClient(t);
  const entry = access({ keychain: keychain({ [host]: puller }) });
  const image = parseImageName(`${host}/app`);
  assert.deepEqual(await client.listTags(image, entry, forever()), ['1', '2', '3']);
  await client.fetchDigest(image, '1', entry, forever());
  assert.deepEqual(await client.listTags(parseImageName(`${host}/other`), entry, forever()), ['1']);
  const tokenRequests = registry.requests.filter(({ path }) => path === '/token');
  assert.deepEqual(
    tokenRequests.map(({ query }) => new URLSearchParams(query).get('scope')),
    ['repository:app:pull', 'repository:other:pull'],
  );
  assert.equal(registry.requests.filter(({ path }) => path === '/v2/').length, 1);
});

test('anonymous bearer tokens are asked for without credentials', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token' } });
  registry.push('app', '1');
  assert.deepEqual(await registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()), [
    '1',
  ]);
  const authorized = registry.requests.filter(
    ({ path, headers }) => path === '/token' && headers['authorization'],
  );
  assert.deepEqual(authorized, []);
});

test('a token that expires or is revoked between two pages is replaced', async (t) => {
  let now = 0;
  const tokens = { kind: 'token', ...puller, lifetimeSeconds: 10 } as const;
  const { registry, host } = await fakeRegistry(t, { access: tokens, pageSize: 1, now: () => now });
  for (const tag of ['1', '2', '3']) registry.push('app', tag);
  const client = registryClient(t);
  const entry = access({ keychain: keychain({ [host]: puller }) });
  const image = parseImageName(`${host}/app`);
  registry.fault({ page: 'later', times: 1, answer: { kind: 'status', status: 401 } });
  assert.deepEqual(await client.listTags(image, entry, forever()), ['1', '2', '3']);
  now += 3_600_000;
  assert.deepEqual(await client.listTags(image, entry, forever()), ['1', '2', '3']);
  registry.tokens.revokeAll();
  assert.deepEqual(await client.listTags(image, entry, forever()), ['1', '2', '3']);
});

test('an identity token is exchanged by form, or as Basic where the token server has no form', async (t) => {
  const refreshToken = 'CANARY-refresh';
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token', ...puller, refreshToken } });
  registry.push('app', '1');
  const image = parseImageName(`${host}/app`);
  const auth = Buffer.from('puller:CANARY-password').toString('base64');
  const entry = access({ keychain: keychain({ [host]: { auth, identitytoken: refreshToken } }) });
  assert.deepEqual(await registryClient(t).listTags(image, entry, forever()), ['1']);
  assert.deepEqual(
    registry.requests.filter(({ path }) => path === '/token').map(({ method }) => method),
    ['POST'],
  );
  registry.fault({ on: 'token', method: 'POST', answer: { kind: 'status', status: 404 } });
  assert.deepEqual(await registryClient(t).listTags(image, entry, forever()), ['1']);
});

test('a registry token is shown as it is', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token', ...puller } });
  registry.push('app', '1');
  const scopes = ['repository:app:pull'];
  const { token } = registry.tokens.issue({ kind: 'token' }, scopes);
  const entry = access({ keychain: keychain({ [host]: { registrytoken: token } }) });
  assert.deepEqual(await registryClient(t).listTags(parseImageName(`${host}/app`), entry, forever()), ['1']);
  assert.deepEqual(
    registry.requests.filter(({ path }) => path === '/token'),
    [],
  );
});

test('a registry that is open at /v2/ and not at its repositories is let in to by its second challenge', async (t) => {
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token', ...puller }, pageSize: 1 });
  for (const tag of ['1', '2', '3']) registry.push('app', tag);
  registry.fault({ on: 'ping', answer: { kind: 'status', status: 200, body: '{}' } });
  const entry = access({ keychain: keychain({ [host]: puller }) });
  assert.deepEqual(await registryClient(t).listTags(parseImageName(`${host}/app`), entry, forever()), [
    '1',
    '2',
    '3',
  ]);
  // What was learned on the first page serves the others.
  assert.equal(registry.requests.filter(({ path }) => path.endsWith('/list')).length, 4);
});

test('the digest comes from HEAD, or from the manifest itself when HEAD does not tell', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const digest = registry.push('app', '1.0');
  const image = parseImageName(`${host}/app`);
  const client = registryClient(t);
  const ask = () => client.fetchDigest(image, '1.0', access(), forever());
  assert.equal(await ask(), digest);
  const accepted = registry.requests.findLast(({ method }) => method === 'HEAD')?.headers['accept'];
  assert.match(String(accepted), /oci\.image\.index.*|manifest\.list/);
  assert.ok(!registry.requests.some(({ method, path }) => method === 'GET' && path.includes('manifests')));
  const answers = [
    { kind: 'headers', headers: { 'docker-content-digest': null } },
    { kind: 'headers', headers: { 'docker-content-digest': 'sha256:short' } },
  ] as const;
  for (const answer of answers) {
    const mend = registry.fault({ on: 'manifest', answer });
    assert.equal(await ask(), digest);
    mend();
  }
  registry.fault({ on: 'manifest', method: 'HEAD', answer: { kind: 'status', status: 405 } });
  assert.equal(await ask(), digest);
});

test('of a manifest list the digest is its own', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const body = Buffer.from('{"schemaVersion":2,"manifests":[]}');
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  registry.putManifest('app', '1.0', { mediaType: 'application/vnd.oci.image.index.v1+json', body, digest });
  const image = parseImageName(`${host}/app`);
  assert.equal(await registryClient(t).fetchDigest(image, '1.0', access(), forever()), digest);
});

test('a tag that is gone has no digest', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1.0');
  await assert.rejects(
    registryClient(t).fetchDigest(parseImageName(`${host}/app`), '2.0', access(), forever()),
    {
      code: 'RegistryNotFound',
      message: `HEAD http://${host}/v2/app/manifests/2.0: unexpected status code 404 Not Found`,
    },
  );
});

test('texts that cannot be tags are left out and counted, and a tag that is listed twice counts once', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const tags = ['1.0', '', '../etc', 'a b', '-x', 'é', 'ok', '1.0', 'x'.repeat(129), 'new\nline', '\u0000'];
  registry.fault({ answer: { kind: 'tags', tags } });
  const lines: unknown[] = [];
  const log: Log = { ...silentLog, info: (message, fields) => lines.push([message, fields]) };
  const image = parseImageName(`${host}/app`);
  assert.deepEqual(await registryClient(t, { log }).listTags(image, access(), forever()), ['1.0', 'ok']);
  assert.deepEqual(lines, [
    [
      'the registry lists texts that cannot be tags; they were left out',
      { image: `${host}/app`, count: 8, examples: ['""', '"../etc"', '"a b"'] },
    ],
  ]);
});

test('identical scans that are under way are one scan, and different identities are not', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1.0');
  const client = registryClient(t);
  const image = parseImageName(`${host}/app`);
  const results = await Promise.all([
    client.listTags(image, access(), forever()),
    client.listTags(parseImageName(`${host}/app`), access(), forever()),
    client.listTags(image, access({ identity: 'other' }), forever()),
    client.fetchDigest(image, '1.0', access(), forever()),
    client.fetchDigest(image, '1.0', access(), forever()),
  ]);
  assert.deepEqual(results.slice(0, 3), [['1.0'], ['1.0'], ['1.0']]);
  const asked = registry.requests.filter(({ path }) => path !== '/v2/').map(({ method }) => method);
  assert.deepEqual(asked.sort(), ['GET', 'GET', 'HEAD']);
});

test('a name that would end at another path is refused without asking', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('b', '1.0');
  const image = parseImageName(`${host}/a/../b`);
  await assert.rejects(registryClient(t).listTags(image, access(), forever()), {
    code: 'RegistryUnreachable',
    message: `${host}/v2/a/../b/tags/list?n=1000 is not an address that can be asked`,
  });
});

test('after close nothing is asked any more', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.fault({ answer: { kind: 'hang' } });
  const client = registryClient(t);
  const image = parseImageName(`${host}/app`);
  const underWay = client.listTags(image, access(), forever());
  await client.close();
  const closed = { code: 'Aborted', message: 'the registry client is closed' };
  await assert.rejects(underWay, closed);
  await assert.rejects(client.listTags(image, access(), forever()), closed);
});
