import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { messageOf } from '../../model/errors.ts';
import { systemClock } from '../clock.ts';
import { connectToCluster, type ClusterChoice } from './connect.ts';

/** A home folder with a kubeconfig in it, and another file beside. */
function createFiles(t: TestContext): { readonly home: string; readonly other: string } {
  const home = mkdtempSync(join(tmpdir(), 'connect-'));
  t.after(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, '.kube'));
  const config = (server: string): string =>
    JSON.stringify({
      'current-context': 'a',
      clusters: [{ name: 'a', cluster: { server } }],
      users: [{ name: 'a', user: { token: 't' } }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    });
  const other = join(home, 'other');
  writeFileSync(join(home, '.kube/config'), config('https://usual.example.com'));
  writeFileSync(other, config('https://other.example.com'));
  return { home, other };
}

async function serverOf(
  choice: ClusterChoice,
  environment: Record<string, string>,
): Promise<string | undefined> {
  const cluster = await connectToCluster(choice, { environment, clock: systemClock, userAgent: 'test' });
  await cluster?.client.close();
  return cluster?.client.server;
}

test('a kubeconfig that is named counts, in a pod too; else the pod’s own account; else the usual kubeconfig', async (t) => {
  const { home, other } = createFiles(t);
  const inPod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
  assert.equal(await serverOf({}, { HOME: home }), 'usual.example.com');
  assert.equal(await serverOf({}, { HOME: home, KUBECONFIG: other }), 'other.example.com');
  assert.equal(await serverOf({}, { HOME: home, KUBECONFIG: other, ...inPod }), 'other.example.com');
  assert.equal(await serverOf({ kubeconfig: other }, { HOME: home, ...inPod }), 'other.example.com');
  // Where no account is mounted the attempt to use it is what shows the choice.
  const used = await serverOf({}, { HOME: home, ...inPod }).catch(messageOf);
  assert.match(used ?? '', /service account mounted|^10\.0\.0\.1/);
  assert.equal(await serverOf({}, { HOME: join(home, 'nowhere') }), undefined);
});
