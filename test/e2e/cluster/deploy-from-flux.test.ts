/** docs/from-flux.md, its commands as they stand there, on a cluster with objects whose status Flux has written. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { parseAllDocuments, stringify } from 'yaml';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { createBareRepository, type BareRepository } from '../harness/bare-repository.ts';
import { startGitServer } from '../harness/git-server.ts';
import { tidemarkIn, type Running } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';
import { limitedKubeconfig } from './harness/limited-kubeconfig.ts';
import { runStep, stepsOf } from './harness/page-steps.ts';

const page = 'docs/from-flux.md';
const namespace = 'flux-system';
const fluxControllers = ['image-reflector-controller', 'image-automation-controller'];
const since = '2026-01-02T03:04:05Z';
const finalizers = ['finalizers.fluxcd.io'];

interface AnObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] };
  readonly status: Readonly<Record<string, unknown>> & {
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
      readonly lastTransitionTime: string;
    }[];
  };
}

/** A controller of Flux, as far as the page touches it. */
function fluxDeployment(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels: { ...labels, 'app.kubernetes.io/part-of': 'flux' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'manager', image: `ghcr.io/fluxcd/${name}:v1.2.0` }] },
      },
    },
  };
}

function ready(message: string): object {
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Succeeded',
    message,
    lastTransitionTime: since,
    observedGeneration: 1,
  };
}

/** The objects of one service with the status that Flux's controllers left. */
function fluxObjects(image: string, gitUrl: string, head: string): readonly object[] {
  const metadata = { namespace, name: 'app', finalizers };
  return [
    {
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageRepository',
      metadata,
      spec: { image, interval: '1h' },
      status: {
        canonicalImageName: image,
        conditions: [ready('successful scan: found 2 tags with checksum 495321928')],
        lastScanResult: {
          latestTags: ['1.1.0', '1.0.0'],
          revision: '495321928',
          scanTime: since,
          tagCount: 2,
        },
        observedExclusionList: [String.raw`^.*\.sig$`],
        observedGeneration: 1,
      },
    },
    {
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImagePolicy',
      metadata,
      spec: { imageRepositoryRef: { name: 'app' }, policy: { semver: { range: '>=1.0.0' } } },
      status: {
        conditions: [ready(`Latest image tag for ${image} resolved to 1.1.0 (previously ${image}:1.0.0)`)],
        latestRef: { name: image, tag: '1.1.0' },
        observedPreviousRef: { name: image, tag: '1.0.0' },
        observedGeneration: 1,
      },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { ...metadata, finalizers: undefined },
      spec: { url: gitUrl, interval: '1h', ref: { branch: 'main' } },
      status: { observedGeneration: 1 },
    },
    {
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageUpdateAutomation',
      metadata,
      spec: {
        interval: '1h',
        sourceRef: { kind: 'GitRepository', name: 'app' },
        git: { commit: { author: { name: 'Bot', email: 'bot@example.com' } } },
        update: { path: '.', strategy: 'Setters' },
      },
      status: {
        conditions: [ready('repository up-to-date')],
        lastAutomationRunTime: since,
        lastPushCommit: head,
        lastPushTime: since,
        observedGeneration: 1,
        observedPolicies: { app: { name: image, tag: '1.1.0' } },
        observedSourceRevision: `main@sha1:${head}`,
      },
    },
  ];
}

suite('from Flux to Tidemark and back, as the page says', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  const tidemark = tidemarkIn(workspace);
  let controlPlane: ControlPlane;
  let registry: RunningRegistry;
  let fleet: BareRepository;
  let controller: Running | undefined;
  const kubectl = (...args: string[]): string => controlPlane.kubectl(['-n', namespace, ...args]);
  const list = (kinds: string): readonly AnObject[] =>
    (JSON.parse(kubectl('get', kinds, '-o', 'json')) as { items: AnObject[] }).items;
  const imageObjects = (): Readonly<Record<string, AnObject>> =>
    Object.fromEntries(
      list('imagerepositories,imagepolicies,imageupdateautomations').map((object) => [object.kind, object]),
    );
  const run = async (heading: string): Promise<string> => {
    const said: string[] = [];
    for (const step of stepsOf(page, heading)) said.push(await runStep(controlPlane, step));
    return said.join('');
  };

  before(async () => {
    controlPlane = await startControlPlane({ full: true });
    endings.push(() => controlPlane.stop());
    installKinds(controlPlane);
    registry = await startRegistry();
    endings.push(() => registry.close());
    for (const tag of ['1.0.0', '1.1.0']) registry.registry.push('app', tag);
    const image = `${registry.host}/app`;
    const server = await startGitServer(ending, workspace.makeFolder('git'));
    const files = { 'app.yaml': `image: ${image}:1.1.0 # {"$imagepolicy": "flux-system:app"}\n` };
    fleet = createBareRepository(`${server.folder}/fleet.git`, ['main'], files);
    controlPlane.kubectl(['create', 'namespace', namespace]);
    const objects = fluxObjects(image, `${server.url}/fleet.git`, fleet.shaOf('main') ?? '');
    const text = [...fluxControllers.map(fluxDeployment), ...objects]
      .map((one) => stringify(one))
      .join('---\n');
    controlPlane.kubectl(['apply', '-f', '-'], text);
    for (const document of parseAllDocuments(text)) {
      const { kind, metadata, status } = document.toJS() as AnObject;
      if (status === undefined) continue;
      const patch = JSON.stringify({ status });
      kubectl('patch', kind, metadata.name, '--subresource=status', '--type=merge', '-p', patch);
    }
  });
  after(async () => {
    await controller?.stop();
    for (const end of endings.reverse()) await end();
  });

  test('the two controllers are scaled down, Tidemark comes up, and every object stays ready', async () => {
    const [replace = '', see = ''] = stepsOf(page, 'Replace');
    await runStep(controlPlane, replace);
    const ready = fluxControllers.map((name) =>
      kubectl('get', 'deployment', name, '-o', 'jsonpath={.spec.replicas}'),
    );
    assert.deepEqual(ready, ['0', '0']);
    // The pods of this control plane run nothing: this is what would run in one, as its service account.
    controller = tidemark.start(
      'controller',
      `--kubeconfig=${limitedKubeconfig(controlPlane, workspace, { namespace, name: 'tidemark' })}`,
      `--storage-path=${workspace.path('storage')}`,
      '--enable-leader-election',
      '--health-addr=off',
      '--metrics-addr=off',
    );
    await waitUntil(hasScanned, { what: 'a scan' });
    const shown = await runStep(controlPlane, see);
    assert.match(shown, /imagepolicy\.image\.toolkit\.fluxcd\.io\/app/);
    assert.match(shown, /condition met/);
  });

  function hasScanned(): boolean {
    const scan = JSON.stringify(imageObjects()['ImageRepository']?.status['lastScanResult'] ?? since);
    return !scan.includes(since);
  }

  test('what Flux had found stays: selection, last commit, time of readiness, finalizer; nothing is committed anew', () => {
    const head = fleet.shaOf('main');
    assert.equal(fleet.commits('main').length, 1);
    const { ImagePolicy, ImageUpdateAutomation } = imageObjects();
    assert.deepEqual(ImagePolicy?.status['latestRef'], { name: `${registry.host}/app`, tag: '1.1.0' });
    assert.deepEqual(ImagePolicy?.status['observedPreviousRef'], {
      name: `${registry.host}/app`,
      tag: '1.0.0',
    });
    assert.equal(ImageUpdateAutomation?.status['lastPushCommit'], head);
    assert.equal(ImageUpdateAutomation?.status['lastPushTime'], since);
    for (const { kind, metadata, status } of Object.values(imageObjects())) {
      assert.deepEqual(metadata.finalizers, finalizers, kind);
      const condition = status.conditions.find(({ type }) => type === 'Ready');
      // That of a repository says what the scan has found, and so is new.
      if (kind !== 'ImageRepository')
        assert.equal(condition?.lastTransitionTime, since, `${kind}: ${condition?.message}`);
    }
    const events = kubectl(
      'get',
      'events',
      '-o',
      'jsonpath={range .items[*]}{.source.component} {.type} {.message}{"\\n"}{end}',
    );
    assert.doesNotMatch(events, /tidemark Warning/);
  });

  test('a new tag goes all the way', async () => {
    registry.registry.push('app', '1.2.0');
    kubectl('annotate', 'imagerepository', 'app', 'reconcile.fluxcd.io/requestedAt=now');
    await waitUntil(() => fleet.commits('main').length === 2, { what: 'a commit' });
    assert.match(fleet.files('main')['app.yaml'] ?? '', /app:1\.2\.0 #/);
    await waitUntil(
      () => imageObjects()['ImageUpdateAutomation']?.status['lastPushCommit'] === fleet.shaOf('main'),
      {
        what: 'the commit in the status',
      },
    );
  });

  test('the way back: Tidemark is gone, Flux is there, and the objects are as they were left', async () => {
    const before = imageObjects();
    await controller?.stop();
    await run('Go back');
    assert.match(
      kubectl('rollout', 'status', 'deployment/image-reflector-controller', '--timeout=60s'),
      /rolled out/,
    );
    assert.equal(
      kubectl('get', 'deployments,serviceaccounts', '-l', 'app.kubernetes.io/name=tidemark', '-o', 'name'),
      '',
    );
    assert.deepEqual(imageObjects(), before);
  });

  test('with no controller left an object is not deleted, until its finalizer is taken off as the page says', async () => {
    kubectl('delete', 'imagerepository,imagepolicy,imageupdateautomation', 'app', '--wait=false');
    assert.equal(Object.keys(imageObjects()).length, 3);
    await run('When objects do not go away');
    await waitUntil(() => Object.keys(imageObjects()).length === 0, { what: 'the end of the objects' });
  });
});
