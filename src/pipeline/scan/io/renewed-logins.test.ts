import assert from 'node:assert/strict';
import { test } from 'node:test';
import { access, fakeRegistry, registryClient } from '../../../../test/builders/registry-client.ts';
import { parseImageName } from '../../../model/image-ref.ts';
import type { Login, LoginSource } from '../../../model/login.ts';

/** Gives out passwords, and another one after the last was refused. */
function loginSource(passwords: readonly string[]): LoginSource & { readonly refused: Login[] } {
  const left = [...passwords];
  const refused: Login[] = [];
  return {
    identity: 'robot',
    refused,
    login: async () => ({ type: 'basic', username: 'robot', password: left[0] ?? '' }),
    refuse: (login) => {
      refused.push(login);
      left.shift();
    },
  };
}

const signal = AbortSignal.timeout(60_000);

test('a login that the registry does not take is dropped, and another one tried once', async (t) => {
  const registry = await fakeRegistry(t, {
    generate: () => ['1.0.0'],
    access: { kind: 'basic', username: 'robot', password: 'new' },
  });
  const source = loginSource(['old', 'new']);
  const image = parseImageName(`${registry.host}/app`);
  const client = registryClient(t);
  assert.deepEqual(await client.listTags(image, access({ login: source }), signal), ['1.0.0']);
  assert.equal(source.refused.length, 1);
  assert.deepEqual(await client.listTags(image, access({ login: source }), signal), ['1.0.0']);
  assert.equal(source.refused.length, 1);
});

test('a token server that does not take a login gets another one once', async (t) => {
  const registry = await fakeRegistry(t, {
    generate: () => ['1.0.0'],
    access: { kind: 'token', username: 'robot', password: 'new' },
  });
  const image = parseImageName(`${registry.host}/app`);
  const source = loginSource(['old', 'new']);
  assert.deepEqual(await registryClient(t).listTags(image, access({ login: source }), signal), ['1.0.0']);
  assert.equal(source.refused.length, 1);
});

test('logins that are all refused end in an error that says so, and show no password', async (t) => {
  const registry = await fakeRegistry(t, {
    generate: () => ['1.0.0'],
    access: { kind: 'basic', username: 'robot', password: 'right' },
  });
  const image = parseImageName(`${registry.host}/app`);
  const source = loginSource(['wrong-1', 'wrong-2', 'wrong-3']);
  await assert.rejects(registryClient(t).listTags(image, access({ login: source }), signal), (error) => {
    assert.match(String(error), /401/);
    assert.doesNotMatch(String(error), /wrong-/);
    return true;
  });
  assert.equal(source.refused.length, 1);
});

test('a 403 may mean that the login has ended: another one is tried, once for each login', async (t) => {
  const registry = await fakeRegistry(t, {
    generate: () => ['1.0.0'],
    access: { kind: 'basic', username: 'robot', password: 'new' },
  });
  const image = parseImageName(`${registry.host}/app`);
  const client = registryClient(t);
  const logins = ['old', 'new'].map((password) => ({ type: 'basic', username: 'robot', password }) as const);
  let refused = 0;
  const login: LoginSource = {
    identity: 'robot',
    login: async () => logins[Math.min(refused, 1)] ?? assert.fail(),
    refuse: () => (refused += 1),
  };
  const status = { kind: 'status', status: 403 } as const;
  registry.registry.fault({ on: 'tags', times: 1, answer: status });
  assert.deepEqual(await client.listTags(image, access({ login }), signal), ['1.0.0']);
  assert.equal(refused, 1);

  const mend = registry.registry.fault({ on: 'tags', answer: status });
  for (let scan = 0; scan < 3; scan += 1)
    await assert.rejects(client.listTags(image, access({ login }), signal), { code: 'RegistryForbidden' });
  assert.equal(refused, 1, 'the new login is not to blame');
  mend();
  assert.deepEqual(await client.listTags(image, access({ login }), signal), ['1.0.0']);
});
