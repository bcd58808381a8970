/** Secrets that the program makes in a real cluster, with the rights of whoever calls, and the ways that it tries with them. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startGitServer, type GitServer } from '../../fakes/git-server/git-server.ts';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { canaries } from '../harness/canaries.ts';
import { tidemarkIn, type Finished, type Tidemark } from '../harness/tidemark.ts';
import { createWorkspace, type Workspace } from '../harness/workspace.ts';
import { type ControlPlane, controlPlaneMissing, startControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';
import { limitedKubeconfig } from './harness/limited-kubeconfig.ts';

const password = 'CANARY-cluster-secret-4410';

suite('create secret and check in a cluster', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace: Workspace = createWorkspace(ending);
  let controlPlane: ControlPlane;
  let registry: RunningRegistry;
  let git: GitServer;
  let tidemark: Tidemark;

  before(async () => {
    const missing = controlPlaneMissing();
    if (missing !== false) throw new Error(missing);
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    installKinds(controlPlane);
    controlPlane.kubectl(['create', 'namespace', 'apps']);
    registry = await startRegistry({ access: { kind: 'token', username: 'puller', password } });
    endings.push(() => registry.close());
    registry.registry.push('team/app', '1.0.0');
    const users = { writer: { password, access: 'write' } } as const;
    git = await startGitServer({ root: workspace.makeFolder('git'), users });
    endings.push(() => git.close());
    git.createRepository('fleet.git', { branch: 'main', files: { a: 'a\n' } });
    workspace.write('password', `${password}\n`);
    tidemark = tidemarkIn(workspace, { env: { KUBECONFIG: controlPlane.kubeconfig } });
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  const run = (line: string): Promise<Finished> => tidemark.run(...line.split(' '));

  function dataOf(name: string): { readonly type: string; readonly data: Readonly<Record<string, string>> } {
    const found = JSON.parse(controlPlane.kubectl(['-n', 'apps', 'get', 'secret', name, '-o', 'json'])) as {
      type: string;
      data: Record<string, string>;
    };
    const plain = Object.entries(found.data).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]);
    return { type: found.type, data: Object.fromEntries(plain) as Record<string, string> };
  }

  test('a Secret is created, replaced as a whole, and keeps its labels', async () => {
    const created = await run(
      `create secret git login -n apps --label team=a --url=${git.url}/fleet.git -u writer --password-file=password`,
    );
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stderr, /^► git secret 'login' created in 'apps' namespace$/m);
    assert.deepEqual(dataOf('login'), { type: 'Opaque', data: { username: 'writer', password } });
    const updated = await run(
      `create secret git login -n apps --url=${git.url}/fleet.git --bearer-token-file=password`,
    );
    assert.match(updated.stderr, /^► git secret 'login' updated in 'apps' namespace$/m);
    assert.deepEqual(dataOf('login').data, { bearerToken: password });
    assert.match(controlPlane.kubectl(['-n', 'apps', 'get', 'secret', 'login', '--show-labels']), /team=a/);
  });

  test('what --export prints is what kubectl applies', async () => {
    const { stdout } = await run(
      `create secret oci exported -n apps --url=${registry.host} -u puller --password-file=password --export`,
    );
    controlPlane.kubectl(['apply', '-f', '-'], stdout);
    const { type, data } = dataOf('exported');
    assert.equal(type, 'kubernetes.io/dockerconfigjson');
    assert.match(data['.dockerconfigjson'] ?? '', new RegExp(password));
  });

  test('a type that cannot change, a namespace that is not there, and rights that are missing are named', async () => {
    const typed = await run(
      `create secret oci login -n apps --url=${registry.host} -u puller --password-file=password`,
    );
    assert.equal(typed.code, 2);
    assert.match(
      typed.stderr,
      /✗ Secret apps\/login is there already, of type Opaque, which cannot become kubernetes\.io\/dockerconfigjson: delete it first/,
    );
    const nowhere = await run('create secret proxy p -n nowhere --address=http://p');
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /✗ there is no namespace nowhere: create it first/);
    controlPlane.kubectl(['-n', 'apps', 'create', 'serviceaccount', 'nobody']);
    const limited = limitedKubeconfig(controlPlane, workspace, { namespace: 'apps', name: 'nobody' });
    const denied = await run(`create secret proxy p -n apps --address=http://p --kubeconfig ${limited}`);
    assert.equal(denied.code, 2);
    assert.match(denied.stderr, /✗ not allowed to get secrets in namespace "apps"/);
  });

  test('check finds the objects of the cluster, and uses their Secrets', async () => {
    const made = await run(
      `create secret oci pull -n apps --url=${registry.host} -u puller --password-file=password`,
    );
    assert.equal(made.code, 0, made.stderr);
    const account = `create secret git fleet -n apps --url=${git.url}/fleet.git -u writer --password-file=password`;
    assert.equal((await run(account)).code, 0);
    controlPlane.kubectl(
      ['apply', '-f', '-'],
      `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: apps}
spec: {image: ${registry.host}/team/app, interval: 10m, secretRef: {name: pull}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: apps}
spec: {url: '${git.url}/fleet.git', interval: 10m, ref: {branch: main}, secretRef: {name: fleet}}
`,
    );
    const both = await run('check -n apps --registry imagerepository/app --git gitrepository/fleet');
    assert.equal(both.code, 0, both.stderr);
    assert.match(both.stderr, /✔ credentials: user 'puller' for \S+ from Secret apps\/pull\n/);
    assert.match(both.stderr, /✔ token from \S+\n✔ may read team\/app: 1 tag\n/);
    assert.match(both.stderr, /✔ credentials: user 'writer' from Secret apps\/fleet\n/);
    assert.match(both.stderr, /✔ spec\.ref is main@sha1:\w{40}\n✔ may write/);
  });

  test('without any cluster that answers, a way without objects is tried all the same', async () => {
    const gone = workspace.write(
      'gone.kubeconfig',
      `apiVersion: v1
kind: Config
current-context: gone
clusters: [{name: gone, cluster: {server: 'https://127.0.0.1:9'}}]
users: [{name: gone, user: {}}]
contexts: [{name: gone, context: {cluster: gone, user: gone}}]
`,
    );
    const elsewhere = tidemarkIn(workspace, { env: { KUBECONFIG: gone } });
    const { code, stderr } = await elsewhere.run('check', '--registry', `${registry.host}/team/app`);
    assert.equal(code, 1);
    assert.match(stderr, /^⚠ objects of the cluster are not looked at: no answer from the API server/m);
    assert.match(stderr, /✗ GET \S+: .*\n {2}name credentials/);
  });

  test('the password stands nowhere but in the Secrets', () => {
    const planted = canaries([password]);
    const said = tidemark.transcript().replaceAll(/^---\n[\s\S]*?^type: .*\n/gm, '');
    assert.deepEqual(planted.searchBytes('output', said), []);
    assert.deepEqual(planted.searchFolder(workspace.path('tmp')), []);
  });
});
