/** Each way to install, tried for real: pods are admitted and become ready (they are fakes that run nothing), and what is removed is gone. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { startControlPlane, type ControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const chart = join(deploy, 'chart/tidemark');
const crds = [
  'gitrepositories.source.toolkit.fluxcd.io',
  'imagepolicies.image.toolkit.fluxcd.io',
  'imagerepositories.image.toolkit.fluxcd.io',
  'imageupdateautomations.image.toolkit.fluxcd.io',
];
const addedByHelm = ['app.kubernetes.io/instance', 'app.kubernetes.io/managed-by', 'helm.sh/chart'];

interface AnObject {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: { readonly template?: { readonly metadata?: Metadata } };
}

interface Metadata {
  readonly name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

suite('installing', () => {
  let controlPlane: ControlPlane;
  const kubectl = (...args: string[]): string => controlPlane.kubectl(args);
  const helm = (...args: string[]): string => {
    const program = join(controlPlane.programs, 'helm');
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: controlPlane.folder,
      KUBECONFIG: controlPlane.kubeconfig,
    };
    const done = spawnSync(program, args, { encoding: 'utf8', env });
    assert.equal(done.status, 0, `helm ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
  const rollout = (namespace = 'flux-system'): string =>
    kubectl('-n', namespace, 'rollout', 'status', 'deployment/tidemark', '--timeout=60s');
  const list = (kind: string, ...args: string[]): readonly string[] =>
    kubectl('get', kind, ...args, '-o', 'name')
      .split('\n')
      .filter((line) => line.includes('/'));

  before(async () => {
    controlPlane = await startControlPlane({ full: true });
  });
  after(() => controlPlane?.stop());

  test('beside Flux: neither its kinds nor its namespace are touched, on the way in and on the way out', () => {
    installKinds(controlPlane);
    kubectl('create', 'namespace', 'flux-system');
    kubectl('label', 'namespace', 'flux-system', 'pod-security.kubernetes.io/enforce=restricted');
    const before = list('crds');
    kubectl('apply', '-f', join(deploy, 'install/beside-flux.yaml'));
    assert.match(rollout(), /successfully rolled out/);
    kubectl('delete', '-f', join(deploy, 'install/beside-flux.yaml'));
    assert.deepEqual(list('crds'), before);
    assert.deepEqual(list('namespace', 'flux-system'), ['namespace/flux-system']);
    assert.deepEqual(list('deployments,networkpolicies,poddisruptionbudgets,roles', '-n', 'flux-system'), []);
    kubectl('delete', 'namespace', 'flux-system', '--timeout=60s');
  });

  test('alone: applied twice, rolled out under the restricted standard, found by its labels, and removed', () => {
    // The kinds that are there are taken over.
    kubectl('apply', '-k', join(deploy, 'standalone'));
    const again = kubectl('apply', '-k', join(deploy, 'standalone'));
    // kubectl says `configured` of every PodDisruptionBudget.
    assert.doesNotMatch(again.replace(/^poddisruptionbudget.*$/m, ''), /configured|created/);
    assert.match(rollout(), /successfully rolled out/);
    // How `flux check`, `flux version` and `flux logs` find a controller, its image, its pods and its kinds.
    const partOfFlux = 'app.kubernetes.io/part-of=flux';
    assert.deepEqual(list('deployments', '-n', 'flux-system', '-l', partOfFlux), [
      'deployment.apps/tidemark',
    ]);
    const template = JSON.parse(
      kubectl(
        '-n',
        'flux-system',
        'get',
        'deployment',
        'tidemark',
        '-o',
        'jsonpath={.spec.template.metadata.labels}',
      ),
    ) as Record<string, string>;
    const selector = Object.entries(template).map(([key, value]) => `${key}=${value}`);
    assert.equal(list('pods', '-n', 'flux-system', '-l', selector.join()).length, 1);
    assert.deepEqual(list('crds', '-l', `${partOfFlux},app.kubernetes.io/version`).length, crds.length);

    kubectl('-n', 'flux-system', 'rollout', 'restart', 'deployment/tidemark');
    assert.match(rollout(), /successfully rolled out/);
    kubectl('delete', '-k', join(deploy, 'standalone'), '--timeout=60s');
    assert.deepEqual(list('clusterroles', '-l', 'app.kubernetes.io/name=tidemark'), []);
  });

  test('the chart makes the objects of deploy/standalone, with the labels of Helm and without the namespace', () => {
    const plain = objectsIn(kubectl('kustomize', join(deploy, 'standalone'))).filter(
      ({ kind }) => kind !== 'Namespace',
    );
    const charted = objectsIn(helm('template', 'tidemark', chart, '--namespace', 'flux-system'));
    assert.deepEqual(charted.map(withoutHelm).toSorted(byName), plain.toSorted(byName));
  });

  test('with identities of its objects the chart makes what the component makes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-component-'));
    const lead = (name: string): string => relative(realpathSync(folder), join(deploy, name));
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [lead('standalone')],
      components: [lead('components/object-level-identity')],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const text = kubectl('kustomize', folder);
    const charted = objectsIn(
      helm('template', 'tidemark', chart, '--namespace', 'flux-system', '--set', 'objectLevelIdentity=true'),
    );
    const plain = objectsIn(text).filter(({ kind }) => kind !== 'Namespace');
    assert.deepEqual(charted.map(withoutHelm).toSorted(byName), plain.toSorted(byName));
    assert.match(text, /- --feature-gates=ObjectLevelWorkloadIdentity=true/);
    assert.match(text, /- serviceaccounts\/token\n\s+verbs:\n\s+- create\n/);

    rmSync(folder, { recursive: true });
  });

  test('the chart is installed, changed, and removed; the kinds stay for their objects', async () => {
    const where = ['--namespace', 'flux-system'];
    const wait = ['--wait', '--timeout', '90s'];
    helm('lint', chart);
    helm('install', 'tidemark', chart, ...where, '--create-namespace', ...wait);
    assert.equal(list('crds', '-l', 'app.kubernetes.io/part-of=flux').length, crds.length);

    const values = [
      '--set',
      'partOfFlux=false,replicas=2,networkPolicy.blockMetadata=true,image.tag=v0.1.0-next',
    ];
    await promisify(execFile)(
      join(controlPlane.programs, 'helm'),
      ['upgrade', 'tidemark', chart, ...where, ...values, ...wait],
      {
        env: { ...process.env, HOME: controlPlane.folder, KUBECONFIG: controlPlane.kubeconfig },
      },
    );
    assert.match(rollout(), /successfully rolled out/);
    for (const kind of ['deployments', 'crds', 'clusterroles'])
      assert.deepEqual(list(kind, '-A', '-l', 'app.kubernetes.io/part-of=flux'), [], kind);
    assert.equal(list('pods', '-n', 'flux-system', '-l', 'app=tidemark').length, 2);

    helm('uninstall', 'tidemark', ...where, '--wait');
    assert.deepEqual(
      list('deployments,serviceaccounts,roles', '-n', 'flux-system', '-l', 'app.kubernetes.io/name=tidemark'),
      [],
    );
    assert.deepEqual(list('crds').length, crds.length);
  });

  test('one namespace alone, as a shard: permissions and Lease are its own', () => {
    const set = [
      'controller.watchAllNamespaces=false',
      'crds.create=false',
      'controller.watchLabelSelector=team=a',
    ];
    const where = ['--namespace', 'team-a', '--create-namespace'];
    helm(
      'install',
      'tidemark',
      chart,
      ...where,
      ...set.flatMap((one) => ['--set', one]),
      '--wait',
      '--timeout',
      '90s',
    );
    assert.deepEqual(list('clusterroles', '-l', 'app.kubernetes.io/name=tidemark'), []);
    assert.deepEqual(list('roles', '-n', 'team-a').length, 2);
    const lease = kubectl(
      '-n',
      'team-a',
      'get',
      'role',
      'tidemark-leader-election',
      '-o',
      'jsonpath={.rules[1].resourceNames}',
    );
    assert.match(lease, /^\["tidemark-leader-election-[0-9a-f]{8}"\]$/);
    helm('uninstall', 'tidemark', '--namespace', 'team-a', '--wait');
  });
});

function objectsIn(text: string): readonly AnObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as AnObject | null) ?? []);
}

function byName(a: AnObject, b: AnObject): number {
  return `${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1;
}

function withoutHelm(object: AnObject): AnObject {
  for (const metadata of [object.metadata, object.spec?.template?.metadata]) {
    for (const label of addedByHelm) delete metadata?.labels?.[label];
    delete metadata?.annotations?.['helm.sh/resource-policy'];
    if (Object.keys(metadata?.annotations ?? { some: '' }).length === 0) delete metadata?.annotations;
  }
  return object;
}
