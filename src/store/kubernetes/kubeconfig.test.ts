import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { kubeconfigConnection } from './kubeconfig.ts';

const clock = { monotonicMs: () => 0 };

function folderWith(t: TestContext, files: Readonly<Record<string, object | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
}

function config(user: object, more: { readonly cluster?: object; readonly namespace?: string } = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'https://api.example.com:6443', ...more.cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: more.namespace } }],
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('without a kubeconfig there is no connection', async (t) => {
  const HOME = folderWith(t, {});
  assert.equal(await kubeconfigConnection({ environment: { HOME }, clock }), undefined);
  assert.equal(
    await kubeconfigConnection({ environment: { HOME, KUBECONFIG: '/nowhere/config' }, clock }),
    undefined,
  );
});

test('certificates, authority, server name, proxy and namespace come from the kubeconfig', async (t) => {
  const folder = folderWith(t, {
    config: config(
      { 'client-certificate-data': base64('CERT'), 'client-key': 'key.pem' },
      {
        cluster: {
          'certificate-authority-data': base64('CA'),
          'tls-server-name': 'kubernetes',
          'proxy-url': 'http://proxy:3128',
        },
        namespace: 'apps',
      },
    ),
    'key.pem': 'KEY',
  });
  const connection = await kubeconfigConnection({ environment: {}, clock, file: join(folder, 'config') });
  assert.ok(connection);
  assert.equal(connection.server.href, 'https://api.example.com:6443/');
  assert.equal(connection.namespace, 'apps');
  assert.equal(connection.proxy, 'http://proxy:3128');
  assert.deepEqual(await connection.identify({ renew: false }), {
    tls: { ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'kubernetes' },
  });
});

test('tokens, token files, passwords, and servers that are not to be checked', async (t) => {
  const folder = folderWith(t, {
    token: config({ token: 'abc' }, { cluster: { 'insecure-skip-tls-verify': true } }),
    file: config({ tokenFile: 'token.txt' }),
    'token.txt': 'from-file',
    password: config({ username: 'me', password: 'secret' }),
  });
  const identify = async (file: string) => {
    const connection = await kubeconfigConnection({ environment: {}, clock, file: join(folder, file) });
    return connection?.identify({ renew: false });
  };
  assert.deepEqual(await identify('token'), { tls: { insecure: true }, authorization: 'Bearer abc' });
  assert.equal((await identify('password'))?.authorization, `Basic ${base64('me:secret')}`);
  assert.equal((await identify('file'))?.authorization, 'Bearer from-file');
});

test('of several files the first that defines something wins, and a context can be chosen', async (t) => {
  const other = {
    'current-context': 'there',
    clusters: [
      { name: 'c', cluster: { server: 'https://wrong.example.com' } },
      { name: 'd', cluster: { server: 'https://other.example.com' } },
    ],
    users: [{ name: 'v', user: { token: 'v' } }],
    contexts: [{ name: 'there', context: { cluster: 'd', user: 'v' } }],
  };
  const folder = folderWith(t, { one: config({ token: 'u' }), two: other });
  const KUBECONFIG = ['one', 'missing', 'two'].map((name) => join(folder, name)).join(':');
  const environment = { KUBECONFIG };
  const first = await kubeconfigConnection({ environment, clock });
  assert.equal(first?.server.host, 'api.example.com:6443');
  const second = await kubeconfigConnection({ environment, clock, context: 'there' });
  assert.equal(second?.server.host, 'other.example.com');
  assert.equal((await second?.identify({ renew: false }))?.authorization, 'Bearer v');
  await assert.rejects(kubeconfigConnection({ environment, clock, context: 'nowhere' }), {
    code: 'UsageError',
    message: /no context "nowhere" in .*: choose one of here, there$/,
  });
});

test('a plugin is asked once while its answer is good, and again when it was refused', async (t) => {
  const folder = folderWith(t, {
    plugin: `#!/bin/sh
echo x >> "$(dirname "$0")/calls"
n=$(wc -l < "$(dirname "$0")/calls" | tr -d ' ')
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%s"}}' "$n"
`,
  });
  const command = join(folder, 'plugin');
  chmodSync(command, 0o755);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, args: [], interactiveMode: 'Never' };
  writeFileSync(join(folder, 'config'), JSON.stringify(config({ exec })));
  const connection = await kubeconfigConnection({ environment: {}, clock, file: join(folder, 'config') });
  const ask = async (renew: boolean) => (await connection?.identify({ renew }))?.authorization;
  assert.deepEqual(
    [await ask(false), await ask(false), await ask(true)],
    ['Bearer t1', 'Bearer t1', 'Bearer t2'],
  );
});

test('what is wrong with a kubeconfig is said in one sentence, without what is secret in it', async (t) => {
  const folder = folderWith(t, {
    broken: 'a: [',
    lost: { ...config({ token: 'secret-token' }), clusters: [] },
    plugin: config({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/no/such/plugin' } }),
  });
  const open = (file: string) => kubeconfigConnection({ environment: {}, clock, file: join(folder, file) });
  await assert.rejects(open('absent'), { code: 'UsageError', message: /^there is no kubeconfig / });
  await assert.rejects(open('broken'), { code: 'UsageError', message: /^cannot use the kubeconfig [^\n]*$/ });
  await assert.rejects(open('lost'), {
    code: 'UsageError',
    message: /^(?!.*secret-token).*names no cluster/,
  });
  const connection = await open('plugin');
  assert.ok(connection);
  await assert.rejects(connection.identify({ renew: false }), {
    code: 'ClusterUnauthorized',
    message: /^cannot get the credentials that the kubeconfig names: .*no\/such\/plugin/,
  });
});
