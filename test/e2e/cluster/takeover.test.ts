/** Two controllers, one lease: whatever happens to the leader, each tag is committed once, in order, and by one of them at a time. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { stringify } from 'yaml';
import { reconcileRequestAnnotation } from '../../../src/api/annotations.ts';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { createBareRepository, type BareRepository } from '../harness/bare-repository.ts';
import { startGitServer, type RunningGitServer } from '../harness/git-server.ts';
import { tidemarkIn, type Running } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';

/** How often the leader is killed. */
const kills = Number(process.env['TIDEMARK_TAKEOVERS'] ?? 50);
const namespace = 'apps';
const terms = [
  '--leader-election-lease-duration',
  '1500ms',
  '--leader-election-renew-deadline',
  '1s',
  '--leader-election-retry-period',
  '200ms',
];
/** Lease, one retry, and time for a busy machine. */
const takeoverMs = 15_000;

suite('two controllers', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  const tidemark = tidemarkIn(workspace, { env: { RUNTIME_NAMESPACE: namespace } });
  let controlPlane: ControlPlane;
  let registry: RunningRegistry;
  let server: RunningGitServer;
  let fleet: BareRepository;
  let last = 0;

  before(async () => {
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    installKinds(controlPlane);
    controlPlane.kubectl(['create', 'namespace', namespace]);
    registry = await startRegistry();
    endings.push(() => registry.close());
    server = await startGitServer(ending, workspace.makeFolder('git'));
    fleet = createBareRepository(`${server.folder}/fleet.git`, ['main'], {
      'app.yaml': `image: ${registry.host}/web:1.0.0 # {"$imagepolicy": "${namespace}:web"}\n`,
    });
    registry.registry.push('web', '1.0.0');
    controlPlane.kubectl(['apply', '-f', '-'], objects(`${registry.host}/web`, `${server.url}/fleet.git`));
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  const startController = (name: string): Running => {
    const running = tidemark.start(
      'controller',
      '--kubeconfig',
      controlPlane.kubeconfig,
      '--storage-path',
      workspace.path(`storage-${name}`),
      '--health-addr',
      'off',
      '--metrics-addr',
      'off',
      '--enable-leader-election',
      ...terms,
    );
    endings.push(() => running.kill('SIGKILL'));
    return running;
  };
  const holder = (): string =>
    controlPlane.kubectl([
      '-n',
      namespace,
      'get',
      'lease',
      '--ignore-not-found',
      '-o',
      'jsonpath={.items[*].spec.holderIdentity}',
    ]);
  const pushNext = (): void => {
    last += 1;
    registry.registry.push('web', `1.0.${last}`);
    controlPlane.kubectl([
      '-n',
      namespace,
      'annotate',
      '--overwrite',
      'imagerepository/web',
      `${reconcileRequestAnnotation}=${last}`,
    ]);
  };
  const committed = (): readonly number[] =>
    fleet
      .commits('refs/heads/main')
      .map(({ sha }) => Number(/:1\.0\.(\d+) #/.exec(fleet.bytes(sha, 'app.yaml').toString())?.[1]));
  const landed = (): boolean => committed().at(-1) === last;

  test(`a leader that is killed ${kills} times while tags keep coming is replaced, and nothing is lost, doubled or turned back`, async () => {
    let leader = startController('a');
    await leader.waitForOutput(/became leader/);
    let follower = startController('b');
    for (let round = 0; round < kills; round += 1) {
      pushNext();
      // At a different moment of the work in each round.
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 400));
      leader.kill('SIGKILL');
      await leader.finished;
      const started = Date.now();
      await follower.waitForOutput(/became leader/, takeoverMs);
      assert.ok(Date.now() - started < takeoverMs);
      [leader, follower] = [follower, startController(round % 2 === 0 ? 'a' : 'b')];
      if (round % 5 === 4) await waitUntil(landed, { what: `tag ${last} in Git` });
    }
    await waitUntil(landed, { what: 'the last tag in Git' });
    await Promise.all([leader.stop(), follower.stop()]);
    const numbers = committed();
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
      'each at most once, and in order',
    );
  });

  test('a leader that cannot renew its lease gives up a push that is under way before another can lead', async () => {
    const leader = startController('a');
    await leader.waitForOutput(/became leader/);
    await waitUntil(landed, { what: 'rest' });
    const before = fleet.shaOf('refs/heads/main');
    let release = (): void => undefined;
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const pushing = new Promise<void>((resolve) => {
      server.misbehave(({ method, service }) => {
        if (method !== 'POST' || service !== 'git-receive-pack') return undefined;
        resolve();
        return held as unknown as undefined;
      });
    });
    pushNext();
    await pushing;
    await controlPlane.kill('kube-apiserver', 'SIGKILL');
    await leader.waitForOutput(/lost the lease/, takeoverMs);
    await new Promise((resolve) => setTimeout(resolve, 500));
    release();
    server.misbehave(undefined);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(
      fleet.shaOf('refs/heads/main'),
      before,
      'the push of the leader that was did not go through',
    );
    await controlPlane.start('kube-apiserver');
    await waitUntil(landed, { what: 'the tag in Git, by a leader that is one', timeoutMs: 60_000 });
    assert.notEqual(holder(), '');
    await leader.stop();
    assert.equal(holder(), '', 'the lease is given back at the end');
  });
});

function objects(image: string, url: string): string {
  const group = 'image.toolkit.fluxcd.io/v1';
  return [
    {
      apiVersion: group,
      kind: 'ImageRepository',
      metadata: { name: 'web', namespace },
      spec: { image, interval: '1h' },
    },
    {
      apiVersion: group,
      kind: 'ImagePolicy',
      metadata: { name: 'web', namespace },
      spec: { imageRepositoryRef: { name: 'web' }, policy: { semver: { range: '>=1.0.0' } } },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'fleet', namespace },
      spec: { url, interval: '1h', ref: { branch: 'main' } },
    },
    {
      apiVersion: group,
      kind: 'ImageUpdateAutomation',
      metadata: { name: 'auto', namespace },
      spec: {
        interval: '1h',
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
        git: { commit: { author: { name: 'Bot', email: 'bot@example.com' } } },
      },
    },
  ]
    .map((object) => stringify(object))
    .join('---\n');
}
