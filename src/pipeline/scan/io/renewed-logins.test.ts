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
