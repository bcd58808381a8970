import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { SecretFolder } from './secret-folder.ts';

const key = { namespace: 'flux-system', name: 'login' };

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'secret-folder-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function secretsIn(root: string): SecretFolder {
  return new SecretFolder(root, Buffer.from('salt'));
}

function put(root: string, path: string, content: string | Buffer): void {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

test('a Secret is a folder of files, byte for byte, read anew each time', (t) => {
  const root = folder(t);
  const secrets = secretsIn(root);
  assert.equal(secrets.read(key), undefined);
  put(root, 'flux-system/login/password', Buffer.from([0, 255, 10]));
  const first = secrets.read(key);
  assert.ok(first);
  assert.deepEqual(secretValue(first, 'password'), Buffer.from([0, 255, 10]));
  assert.equal(secrets.read(key)?.metadata.resourceVersion, first.metadata.resourceVersion);
  put(root, 'flux-system/login/password', 'new\n');
  const second = secrets.read(key);
  assert.equal(second && secretValue(second, 'password')?.toString(), 'new\n');
  assert.notEqual(second?.metadata.resourceVersion, first.metadata.resourceVersion);
});

test('a Secret as Kubernetes mounts it is followed through its links', (t) => {
  const root = folder(t);
  const mount = join(root, 'flux-system/login');
  put(root, 'flux-system/login/..2026_01/username', 'old');
  symlinkSync('..2026_01', join(mount, '..data'));
  symlinkSync('..data/username', join(mount, 'username'));
  const secrets = secretsIn(root);
  assert.deepEqual(Object.keys(secrets.read(key)?.data ?? {}), ['username']);
  put(root, 'flux-system/login/..2026_02/username', 'new');
  symlinkSync('..2026_02', join(mount, '..data_tmp'));
  renameSync(join(mount, '..data_tmp'), join(mount, '..data'));
  const read = secrets.read(key);
  assert.equal(read && secretValue(read, 'username')?.toString(), 'new');
});

test('the type is told by the keys', (t) => {
  const root = folder(t);
  put(root, 'a/docker/.dockerconfigjson', '{}');
  put(root, 'a/old/.dockercfg', '{}');
  put(root, 'a/cert/tls.crt', 'c');
  put(root, 'a/cert/tls.key', 'k');
  put(root, 'a/half/tls.crt', 'c');
  const types = secretsIn(root)
    .keys()
    .map((one) => [one.name, secretsIn(root).read(one)?.type]);
  assert.deepEqual(types, [
    ['cert', 'kubernetes.io/tls'],
    ['docker', 'kubernetes.io/dockerconfigjson'],
    ['half', 'Opaque'],
    ['old', 'kubernetes.io/dockercfg'],
  ]);
});

test('names that lead out of the folder lead nowhere', (t) => {
  const root = folder(t);
  put(root, 'outside/x/key', 'value');
  mkdirSync(join(root, 'secrets'));
  const secrets = secretsIn(join(root, 'secrets'));
  for (const name of ['../outside/x', '..', '.', 'x/../../outside/x', '']) {
    assert.equal(secrets.read({ namespace: '..', name }), undefined);
    assert.equal(secrets.read({ namespace: 'outside', name }), undefined);
  }
});

test('what is no file is no key', (t) => {
  const root = folder(t);
  put(root, 'flux-system/login/sub/file', 'x');
  put(root, 'flux-system/login/not a key', 'x');
  put(root, 'flux-system/login/good', 'x');
  symlinkSync('nowhere', join(root, 'flux-system/login/dangling'));
  assert.deepEqual(Object.keys(secretsIn(root).read(key)?.data ?? {}), ['good']);
});

test(
  'a key that may not be read is named, and its content is not',
  { skip: process.getuid?.() === 0 && 'root may read everything' },
  (t) => {
    const root = folder(t);
    put(root, 'flux-system/login/password', 'hidden');
    chmodSync(join(root, 'flux-system/login/password'), 0o000);
    assert.throws(() => secretsIn(root).read(key), {
      code: 'CredentialsInvalid',
      message: /login\/password cannot be read/,
    });
  },
);

test('a new Secret is for its owner only, whole, and not written twice', (t) => {
  const root = folder(t);
  const secrets = secretsIn(root);
  const made = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: key,
    type: 'Opaque',
    data: { 'tls.crt': 'YQ==', password: 'Yg==' },
  } as const;
  secrets.create(made);
  const read = secrets.read(key);
  assert.equal(read && secretValue(read, 'password')?.toString(), 'b');
  assert.equal(statSync(join(root, 'flux-system/login/password')).mode & 0o777, 0o600);
  assert.equal(statSync(join(root, 'flux-system/login')).mode & 0o777, 0o700);
  assert.throws(() => secrets.create(made), { code: 'AlreadyExists' });
  assert.throws(
    () => secrets.create({ ...made, metadata: { ...key, name: 'other' }, data: { '../../x': 'YQ==' } }),
    { code: 'ObjectInvalid' },
  );
  assert.equal(secrets.read({ ...key, name: 'other' }), undefined);
});

test('a folder that is not there is named', (t) => {
  assert.throws(() => secretsIn(join(folder(t), 'nowhere')), {
    code: 'UsageError',
    message: /nowhere: there is no such folder of secrets/,
  });
});

test('a Secret is put in place of another as a whole, for its owner only', (t) => {
  const root = folder(t);
  const secrets = secretsIn(root);
  const secret = (data: Readonly<Record<string, string>>): Secret => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: key,
    type: 'Opaque',
    data: { ...data },
  });
  assert.equal(secrets.put(secret({ username: 'bWU=', password: 'cHc=' })).applied, 'created');
  const { applied, place } = secrets.put(secret({ bearerToken: 'dA==' }));
  assert.equal(applied, 'updated');
  assert.deepEqual(secrets.read(key)?.data, { bearerToken: 'dA==' });
  assert.equal(statSync(place).mode & 0o777, 0o700);
  assert.equal(statSync(join(place, 'bearerToken')).mode & 0o777, 0o600);
  assert.throws(() => secrets.put(secret({ '../x': '' })), /is not a valid key/);
  assert.deepEqual(secrets.read(key)?.data, { bearerToken: 'dA==' });
});

test('a Secret that a crash has left set aside still counts, and the next one takes its place', (t) => {
  const root = folder(t);
  const secrets = secretsIn(root);
  put(root, 'flux-system/login/password', 'old');
  renameSync(join(root, 'flux-system/login'), join(root, 'flux-system/.login.replaced'));
  assert.deepEqual(secrets.read(key)?.data, { password: Buffer.from('old').toString('base64') });
  const data = { password: Buffer.from('new').toString('base64') };
  assert.equal(
    secrets.put({ apiVersion: 'v1', kind: 'Secret', metadata: key, type: 'Opaque', data }).applied,
    'updated',
  );
  assert.deepEqual(secrets.read(key)?.data, data);
  assert.deepEqual(readdirSync(join(root, 'flux-system')), ['login']);
});
