import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { inClusterConnection } from './in-cluster.ts';

function mount(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'service-account-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

test('outside of a cluster there is no connection', async () => {
  const clock = { monotonicMs: () => 0 };
  assert.equal(await inClusterConnection({ environment: {}, clock }), undefined);
});

test('the token is read again after a minute, and at once when it was refused', async (t) => {
  let now = 0;
  const folder = mount(t, { token: 'one\n', 'ca.crt': 'CA', namespace: 'flux-system\n' });
  const connection = await inClusterConnection({ environment, folder, clock: { monotonicMs: () => now } });
  assert.ok(connection);
  assert.equal(connection.server.href, 'https://[fd00::1]:6443/');
  assert.equal(connection.namespace, 'flux-system');
  const ask = async (renew = false): Promise<string | undefined> =>
    (await connection.identify({ renew })).authorization;
  writeFileSync(join(folder, 'token'), 'two');
  assert.equal(await ask(), 'Bearer one');
  assert.equal(await ask(true), 'Bearer two');
  writeFileSync(join(folder, 'token'), 'three');
  now += 61_000;
  assert.equal(await ask(), 'Bearer three');
  // While the mount is replaced the last one is still good.
  rmSync(join(folder, 'token'));
  now += 61_000;
  assert.equal(await ask(), 'Bearer three');
});

test('a pod without a token is told what it lacks', async (t) => {
  const folder = mount(t, { 'ca.crt': 'CA' });
  await assert.rejects(inClusterConnection({ environment, folder, clock: { monotonicMs: () => 0 } }), {
    code: 'ClusterUnauthorized',
    message: /automountServiceAccountToken/,
  });
});
