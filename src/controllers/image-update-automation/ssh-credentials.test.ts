import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitRepository } from '../../api/git-repository.ts';
import { mergeStringData, type Secret } from '../../api/secret.ts';
import { gitRemote } from './git-access.ts';

const source = (spec: Partial<GitRepository['spec']> = {}): GitRepository => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { namespace: 'apps', name: 'fleet' },
  spec: { url: 'ssh://git@git.example/fleet.git', interval: '1m', timeout: '60s', ...spec },
});

const secret = (values: Readonly<Record<string, string>>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { namespace: 'apps', name: 'git' },
  data: mergeStringData({}, values),
});

const whole = { identity: 'KEY', 'identity.pub': 'PUB', known_hosts: 'HOSTS' };

test('a Secret with a key and known hosts is a login', () => {
  const remote = gitRemote(source(), { secret: secret({ ...whole, password: 'pass phrase\n' }) });
  assert.deepEqual(remote, {
    url: 'ssh://git@git.example/fleet.git',
    timeoutMs: 60_000,
    identity: 'apps/git',
    credentials: { type: 'ssh', identity: 'KEY', knownHosts: 'HOSTS', passphrase: 'pass phrase' },
  });
});

for (const [what, values, message] of [
  ['no key', { known_hosts: 'x' }, /^secret 'apps\/git': key 'identity' not found/],
  ['no known hosts', { identity: 'x' }, /^secret 'apps\/git': key 'known_hosts' not found/],
  ['an empty key', { ...whole, identity: ' \n' }, /^secret 'apps\/git': key 'identity' is empty/],
] as const) {
  test(`a Secret with ${what} is refused`, () => {
    assert.throws(() => gitRemote(source(), { secret: secret(values) }), {
      code: 'CredentialsInvalid',
      message,
    });
  });
}

for (const [spec, message] of [
  [{ url: 'ssh://git@git.example:team/fleet.git' }, /write it as ssh:\/\/git@host\/path, with a slash/],
  [{ url: 'ssh://git:pw@git.example/x' }, /spec.url must not contain a password/],
  [
    { proxySecretRef: { name: 'proxy' } },
    /spec.proxySecretRef works with http:\/\/ and https:\/\/ URLs only/,
  ],
  [{ provider: 'github' }, /provider 'github' works with https:\/\/ URLs only/],
] as const) {
  test(`${JSON.stringify(spec)} is refused`, () => {
    assert.throws(() => gitRemote(source(spec), { secret: secret(whole) }), {
      code: 'InvalidSourceConfiguration',
      message,
    });
  });
}

test('without a Secret nobody can log in', () => {
  assert.throws(() => gitRemote(source(), {}), {
    code: 'InvalidSourceConfiguration',
    message: /^GitRepository 'apps\/fleet': an ssh:\/\/ URL needs spec.secretRef/,
  });
});
