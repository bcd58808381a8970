/** What deploy/ puts into a cluster: it applies, it holds to the restricted standard, and the controller needs all of it and no more. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { resourceOf } from '../../../src/store/kubernetes/resource.ts';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { createBareRepository, type BareRepository } from '../harness/bare-repository.ts';
import { canaries } from '../harness/canaries.ts';
import { exampleFiles, layOutObjects } from '../harness/example.ts';
import { startGitServer } from '../harness/git-server.ts';
import { tidemarkIn, type Running } from '../harness/tidemark.ts';
import { waitUntil } from '../harness/wait-until.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { clientOf, connectionTo } from './harness/admin-client.ts';
import { auditLog } from './harness/audit-log.ts';
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { grantedTo, type Grant } from './harness/granted.ts';
import { limitedKubeconfig } from './harness/limited-kubeconfig.ts';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const namespace = 'flux-system';
const account = { namespace, name: 'tidemark' };
const gitAccount = { username: 'git', password: 'CANARY-git-pw' };
const registryAccount = { username: 'puller', password: 'CANARY-reg-pw' };
const planted = canaries([gitAccount.password, registryAccount.password]);
const everyKind = 'imagerepositories,imagepolicies,imageupdateautomations';
const image = 'team/testservice';
const oldTag = 'branch-dev-1715555000-a12b34c';
const newTag = 'branch-dev-1715557000-f12a34b';

interface AnObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function objectsIn(text: string): readonly AnObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as AnObject | null) ?? []);
}

function byName(objects: readonly AnObject[]): readonly (readonly [string, AnObject])[] {
  const named = objects.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const);
  return named.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

suite('a controller with the permissions of deploy/ alone', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  const tidemark = tidemarkIn(workspace);
  const audit = auditLog(workspace, `system:serviceaccount:${namespace}:${account.name}`);
  let controlPlane: ControlPlane;
  let registry: RunningRegistry;
  let fleet: BareRepository;
  let controller: Running;
  const kubectl = (...args: string[]): string => controlPlane.kubectl(['-n', namespace, ...args]);
  const apply = (...objects: object[]): string =>
    controlPlane.kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'));
  /** For what takes time: the registry and the Git server in this process have to go on meanwhile. */
  const patiently = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(join(controlPlane.programs, 'kubectl'), [
      '--kubeconfig',
      controlPlane.kubeconfig,
      ...args,
    ]);
  const isAsked = (what: string): boolean => audit.requests().some(({ asked }) => asked === what);

  before(async () => {
    controlPlane = await startControlPlane({ apiServerArguments: audit.arguments });
    endings.push(() => controlPlane.stop());
    controlPlane.kubectl(['apply', '-k', join(deploy, 'standalone')]);
    controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    registry = await startRegistry({ access: { kind: 'basic', ...registryAccount } });
    endings.push(() => registry.close());
    for (const tag of [oldTag, 'branch-staging-1715550000-c0ffee1', 'release-1.4.0', 'latest'])
      registry.registry.push(image, tag);
    const server = await startGitServer(ending, workspace.makeFolder('git'), gitAccount);
    const addresses = { registry: registry.host, gitUrl: `${server.url}/fleet.git` };
    fleet = createBareRepository(
      `${server.folder}/fleet.git`,
      ['dev', 'staging', 'main'],
      exampleFiles(addresses),
    );
    controlPlane.kubectl(['apply', '-f', layOutObjects(workspace, addresses)]);
    applySecrets();
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  /** The pull secret is reached by name for one repository, and through a service account for the others. */
  function applySecrets(): void {
    const secret = (name: string, type: string, stringData: object): object => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name },
      type,
      stringData,
    });
    const auths = { [registry.host]: registryAccount };
    apply(
      secret('fleet-git', 'Opaque', gitAccount),
      secret('registry', 'kubernetes.io/dockerconfigjson', {
        '.dockerconfigjson': JSON.stringify({ auths }),
      }),
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { namespace, name: 'puller' },
        imagePullSecrets: [{ name: 'registry' }],
      },
    );
    const [first = '', ...others] = kubectl('get', 'imagerepositories', '-o', 'name').trim().split('\n');
    const patch = (object: string, spec: object): string =>
      kubectl('patch', object, '--type=merge', '-p', JSON.stringify({ spec }));
    patch(first, { secretRef: { name: 'registry' } });
    for (const other of others) patch(other, { serviceAccountName: 'puller' });
  }

  test('the three environments: a new development tag becomes one commit on one branch', async () => {
    controller = tidemark.start(
      'controller',
      `--kubeconfig=${limitedKubeconfig(controlPlane, workspace, account)}`,
      `--storage-path=${workspace.path('storage')}`,
      '--enable-leader-election',
      '--health-addr=off',
      '--metrics-addr=off',
      '--min-retry-delay=100ms',
      '--max-retry-delay=200ms',
    );
    endings.push(() => controller.stop());
    await patiently(`-n=${namespace}`, 'wait', '--for=condition=Ready', '--timeout=60s', '--all', everyKind);
    const heads = new Map(fleet.refs().map((ref) => [ref, fleet.shaOf(ref)]));
    registry.registry.push(image, newTag);
    kubectl('annotate', 'imagerepository', 'testservice', 'reconcile.fluxcd.io/requestedAt=now');
    await waitUntil(() => fleet.shaOf('refs/heads/image-update-dev'), {
      what: 'a commit on image-update-dev',
    });
    assert.match(
      fleet.files('image-update-dev')['apps/dev/testservice.yaml'] ?? '',
      new RegExp(`tag: ${newTag} #`),
    );
    for (const [ref, sha] of heads) assert.equal(fleet.shaOf(ref), sha, `${ref} has not moved`);
    const columns = kubectl('get', 'imagepolicy', 'testservice');
    assert.match(columns, new RegExp(newTag));
  });

  test('access rules of other namespaces, deletion, and events that repeat', async () => {
    apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guests', labels: { team: 'guests' } } },
      {
        apiVersion: 'image.toolkit.fluxcd.io/v1',
        kind: 'ImagePolicy',
        metadata: { namespace: 'guests', name: 'guest' },
        spec: {
          imageRepositoryRef: { namespace, name: 'testservice' },
          policy: { alphabetical: { order: 'asc' } },
        },
      },
      {
        apiVersion: 'image.toolkit.fluxcd.io/v1',
        kind: 'ImageRepository',
        metadata: { namespace: 'guests', name: 'secretless' },
        spec: { image: `${registry.host}/${image}`, interval: '1h' },
      },
    );
    const accessFrom = { namespaceSelectors: [{ matchLabels: { team: 'guests' } }] };
    kubectl(
      'patch',
      'imagerepository',
      'testservice',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { accessFrom } }),
    );
    const guests = (...args: string[]): string => controlPlane.kubectl(['-n', 'guests', ...args]);
    guests('annotate', 'imagepolicy', 'guest', 'reconcile.fluxcd.io/requestedAt=now');
    await patiently('-n', 'guests', 'wait', '--for=condition=Ready', '--timeout=60s', 'imagepolicy/guest');
    await waitUntil(() => isAsked('patch events'), { what: 'an event that is counted' });
    // Finalizers are removed, so that this comes to an end.
    await patiently('-n', 'guests', 'delete', 'imagepolicies,imagerepositories', '--all', '--timeout=30s');
  });

  test('an object that somebody else keeps changing is read anew, of every kind', async () => {
    const admin = clientOf(connectionTo(controlPlane));
    endings.push(() => admin.close());
    for (const [kind, name] of [
      ['ImageRepository', 'testservice'],
      ['ImagePolicy', 'testservice'],
      ['ImageUpdateAutomation', 'testservice-dev'],
    ] as const) {
      const resource = resourceOf(kind);
      let round = 0;
      const change = (): Promise<unknown> =>
        admin.request({
          verb: 'patch',
          resource,
          key: { namespace, name },
          body: { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `${(round += 1)}` } } },
        });
      await waitUntil(
        async () => {
          await Promise.all(Array.from({ length: 20 }, change));
          return isAsked(`get image.toolkit.fluxcd.io/${resource.plural}`);
        },
        { what: `a ${kind} that was read anew`, timeoutMs: 60_000 },
      );
    }
  });

  test('objects that point to the metadata service of a cloud are refused: as registry, by a redirect, as Git server', async () => {
    const metadata = (name: string): object => ({ namespace: 'guests', name });
    const repository = (name: string, to: string): object => ({
      apiVersion: 'image.toolkit.fluxcd.io/v1',
      kind: 'ImageRepository',
      metadata: metadata(name),
      spec: { image: to, interval: '1h', insecure: true },
    });
    const open = await startRegistry();
    endings.push(() => open.close());
    open.registry.push('app', '1.0.0');
    open.registry.fault({ on: 'tags', answer: { kind: 'redirect', to: 'http://169.254.169.254' } });
    apply(
      repository('direct', '169.254.169.254/latest'),
      repository('redirected', `${open.host}/app`),
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: metadata('node'),
        spec: { url: 'http://169.254.169.254/latest/meta-data', interval: '1h' },
      },
      {
        apiVersion: 'image.toolkit.fluxcd.io/v1',
        kind: 'ImageUpdateAutomation',
        metadata: metadata('node'),
        spec: {
          interval: '1h',
          sourceRef: { kind: 'GitRepository', name: 'node' },
          git: { commit: { author: { name: 'Bot', email: 'bot@example.com' } }, push: { branch: 'main' } },
        },
      },
    );
    for (const object of [
      'imagerepository/direct',
      'imagerepository/redirected',
      'imageupdateautomation/node',
    ])
      await waitUntil(
        () => {
          const said = controlPlane.kubectl(['-n', 'guests', 'get', object, '-o', 'json']);
          assert.match(said, /169\.254\.169\.254 is link-local or the metadata service of a cloud/);
          return true;
        },
        { what: `a refusal of ${object}` },
      );
    await patiently('-n', 'guests', 'delete', everyKind, '--all', '--timeout=30s');
  });

  test('no request was outside of the rules, and no rule is without a request', async () => {
    const { code } = await controller.stop();
    assert.equal(code, 0);
    const grants = grantedTo(controlPlane, account);
    const requests = audit.requests();
    const covers = ({ what, namespace: where, names }: Grant, request: (typeof requests)[number]): boolean =>
      what === request.asked &&
      (where === undefined || where === request.namespace) &&
      (names === undefined || names.includes(request.name));
    const outside = requests.filter((request) => !grants.some((grant) => covers(grant, request)));
    assert.deepEqual([...new Set(outside.map(({ asked, name }) => `${asked} ${name}`))], []);
    assert.deepEqual(
      requests.filter(({ isAllowed }) => !isAllowed),
      [],
    );
    const unused = grants.filter((grant) => !requests.some((request) => covers(grant, request)));
    assert.deepEqual(unused, []);
    const words = grants.map(({ what }) => what);
    assert.ok(words.length > 20);
    assert.deepEqual(
      words.filter((what) => what.includes('*') || (what.endsWith(' secrets') && what !== 'get secrets')),
      [],
    );
  });

  test('nothing that it said or stored holds a secret', () => {
    assert.deepEqual(
      [
        ...planted.searchBytes('output', tidemark.transcript()),
        ...planted.searchFolder(workspace.path('storage'), () => false),
        ...planted.searchBytes('events', controlPlane.kubectl(['get', 'events', '-A', '-o', 'json'])),
      ],
      [],
    );
  });

  const build = (folder: string): readonly AnObject[] =>
    objectsIn(controlPlane.kubectl(['kustomize', join(deploy, folder)]));

  for (const name of ['standalone', 'beside-flux']) {
    test(`the plain YAML of ${name} holds the objects that its kustomization builds`, () => {
      const plain = objectsIn(readFileSync(join(deploy, 'install', `${name}.yaml`), 'utf8'));
      assert.deepEqual(byName(plain), byName(build(name)));
    });
  }

  test('beside Flux there is neither a CRD nor a Namespace, alone there are both', () => {
    const kinds = (folder: string): ReadonlySet<string> => new Set(build(folder).map(({ kind }) => kind));
    assert.ok(
      !kinds('beside-flux').has('CustomResourceDefinition') && !kinds('beside-flux').has('Namespace'),
    );
    assert.ok(kinds('standalone').has('CustomResourceDefinition') && kinds('standalone').has('Namespace'));
  });

  test('every version in it is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(deploy, '../package.json'), 'utf8')) as {
      version: string;
    };
    for (const file of readdirSync(deploy, { recursive: true, encoding: 'utf8' })) {
      if (!/\.ya?ml$/.test(file)) continue;
      const text = readFileSync(join(deploy, file), 'utf8');
      const found = text.matchAll(
        /(?:app\.kubernetes\.io\/version: |ghcr\.io\/\S+:|ppVersion: )"?v?(\d[^\s"]*)/g,
      );
      for (const [whole, written] of found) assert.equal(written, version, `${file}: ${whole}`);
    }
  });
});
