/** The three environments as a company on AWS and GitHub has them, hosts and all, by a controller in a cluster with the permissions of deploy/ alone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { assertNoSecretLeaked } from '../harness/assert-no-leak.ts';
import { dockerRegistryMissing } from '../harness/docker-registry.ts';
import { guardGit, type GitGuard } from '../harness/git-guard.ts';
import { startNamedHosts, type NamedHosts } from '../harness/named-hosts.ts';
import { namedObjects } from '../harness/named-objects.ts';
import { roleArn } from '../harness/named-registry.ts';
import { assertNothingElseAsked, createNamedSecrets } from '../harness/named-secrets.ts';
import { authorityMissing } from '../harness/test-authority.ts';
import { tidemarkIn, type Running, type Tidemark } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { limitedKubeconfig } from './harness/limited-kubeconfig.ts';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const namespace = 'flux-system';
const account = { namespace, name: 'tidemark' };
const everyKind = 'imagerepositories,imagepolicies,imageupdateautomations';
const branch = 'refs/heads/image-update-dev';

suite('hosts by their names, in a cluster', { skip: dockerRegistryMissing() || authorityMissing() }, () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  let controlPlane: ControlPlane;
  let hosts: NamedHosts;
  let guard: GitGuard;
  let tidemark: Tidemark;
  /** The servers in this process have to go on meanwhile. */
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const way = [`--kubeconfig=${controlPlane.kubeconfig}`, `-n=${namespace}`];
    const { stdout } = await promisify(execFile)(join(controlPlane.programs, 'kubectl'), [...way, ...args]);
    return stdout;
  };
  const request = (object: string): Promise<string> =>
    kubectl('annotate', '--overwrite', object, `reconcile.fluxcd.io/requestedAt=${performance.now()}`);
  const patch = (object: string, change: object, type = 'merge'): Promise<string> =>
    kubectl('patch', object, `--type=${type}`, '-p', JSON.stringify(change));

  before(async () => {
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    controlPlane.kubectl(['apply', '-k', join(deploy, 'standalone')]);
    controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    hosts = await startNamedHosts(ending, workspace);
    guard = guardGit(workspace, hosts.planted(), ['tmp', 'storage', 'home']);
    hosts.github.api.onIssue = () => void workspace.write('guard/patterns', hosts.planted().patterns);
    const env = {
      PATH: `${guard.folder}:${process.env['PATH']}`,
      ...hosts.registry.environment,
      // What objects bring does not count for exchanges here.
      AWS_CA_BUNDLE: hosts.authorityFile,
    };
    tidemark = tidemarkIn(workspace, { env });
    for (const tag of ['branch-dev-1715555000-a12b34c', 'branch-staging-1715550000-c0ffee1', 'release-1.4.0'])
      await hosts.registry.push('testservice', tag);
    await createNamedSecrets(hosts, { tidemark, workspace }, [`--kubeconfig=${controlPlane.kubeconfig}`]);
    controlPlane.kubectl(['apply', '-f', '-'], namedObjects());
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  /** A controller at work until `during` is over. */
  async function withController(flags: readonly string[], during: () => Promise<void>): Promise<void> {
    const controller: Running = tidemark.start(
      'controller',
      `--kubeconfig=${limitedKubeconfig(controlPlane, workspace, account)}`,
      `--storage-path=${workspace.path('storage')}`,
      '--log-level=debug',
      '--health-addr=off',
      '--metrics-addr=off',
      '--min-retry-delay=100ms',
      '--max-retry-delay=200ms',
      ...flags,
    );
    endings.push(() => controller.kill('SIGKILL'));
    await during();
    controller.assertAlive();
    assert.equal((await controller.stop()).code, 0);
  }

  /** Pushes a tag, and waits until it stands in Git. */
  async function bring(tag: string): Promise<void> {
    await hosts.registry.push('testservice', tag);
    await request('imagerepository/testservice');
    await waitUntil(
      () =>
        hosts.fleet.shaOf(branch) !== undefined &&
        hosts.fleet.files(branch)['apps/dev/testservice.yaml']?.includes(`tag: ${tag} #`),
      { what: `a commit of ${tag}`, timeoutMs: 90_000 },
    );
  }

  test('a new tag in ECR becomes one commit on GitHub, with one exchange for all', async () => {
    await withController([], async () => {
      await kubectl('wait', '--for=condition=Ready', '--timeout=90s', '--all', everyKind);
      await bring('branch-dev-1715557000-f12a34b');
    });
    assert.equal(hosts.fleet.commits(branch).length, 2);
    assert.equal(hosts.github.api.issued.length, 1);
    assert.equal(hosts.registry.logins(), 1);
    assertNothingElseAsked(hosts);
  });

  test('without a token cache as well, with an exchange for each run', async () => {
    const before = { app: hosts.github.api.issued.length, ecr: hosts.registry.logins() };
    await withController(['--token-cache-max-size=0'], async () => {
      await bring('branch-dev-1715558000-0a12b34');
      for (const round of [1, 2, 3]) {
        const issued = hosts.github.api.issued.length;
        await request('imageupdateautomation/testservice-dev');
        await waitUntil(() => hosts.github.api.issued.length > issued, {
          what: `exchange ${round}`,
          timeoutMs: 90_000,
        });
      }
    });
    assert.equal(hosts.fleet.commits(branch).length, 3);
    assert.ok(hosts.github.api.issued.length >= before.app + 4);
    assert.ok(hosts.registry.logins() > before.ecr);
    assertNothingElseAsked(hosts);
  });

  test('a role is taken for an object that names a service account, with a token of the cluster', async () => {
    const annotations = { 'eks.amazonaws.com/role-arn': roleArn };
    const objects = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'reader', annotations } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { namespace, name: 'tokens' },
        rules: [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { namespace, name: 'tokens' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tokens' },
        subjects: [{ kind: 'ServiceAccount', ...account }],
      },
    ];
    controlPlane.kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'));
    const name = (serviceAccountName: string | null): Promise<string> =>
      patch('imagerepository/testservice', { spec: { serviceAccountName } });
    await name('reader');
    await withController(['--feature-gates=ObjectLevelWorkloadIdentity=true'], () =>
      bring('branch-dev-1715559000-00a12b3'),
    );
    await name(null);
    const [token = ''] = hosts.registry.clusterTokens;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    assert.deepEqual(Reflect.get(claims, 'aud'), ['sts.amazonaws.com']);
    assert.equal(Reflect.get(claims, 'sub'), `system:serviceaccount:${namespace}:reader`);
    assertNothingElseAsked(hosts, Object.keys(hosts.registry.rolePlaces));
  });

  test('failures are told in the conditions', async () => {
    const { github, registry } = hosts;
    const told = async (object: string, words: RegExp): Promise<void> => {
      await request(object);
      await waitUntil(
        async () => {
          assert.match(await kubectl('get', object, '-o', 'jsonpath={.status.conditions}'), words);
          return true;
        },
        { what: `${object} that says ${words}`, timeoutMs: 60_000 },
      );
    };
    await withController(['--token-cache-max-size=0'], async () => {
      const automation = 'imageupdateautomation/testservice-dev';
      github.account.suspendedAt = '2026-11-01T10:00:00Z';
      await told(automation, /installation 100 of app 12345 is suspended since 2026-11-01T10:00:00Z/);
      github.account.suspendedAt = undefined;
      registry.takesNobody = true;
      await told('imagerepository/testservice', /scan failed/);
      registry.takesNobody = false;
      await patch('secret/flux-system-write', {
        stringData: { githubAppBaseURL: 'http://169.254.169.254/' },
      });
      await told(automation, /169\.254\.169\.254 is link-local or the metadata service of a cloud/);
      await patch('secret/flux-system-write', [{ op: 'remove', path: '/data/githubAppBaseURL' }], 'json');
      await told(automation, /"message":"repository up-to-date"/);
    });
  });

  test('no secret is in objects, events, logs, files, arguments or environments', () => {
    const seen = controlPlane.kubectl(['get', `events,gitrepositories,${everyKind}`, '-A', '-o', 'json']);
    const said = `${tidemark.transcript()}\n${seen}`;
    assertNoSecretLeaked(hosts, { workspace, guard, said });
  });
});
