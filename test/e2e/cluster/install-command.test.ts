/** `install`, `check`, `logs` and `uninstall` on a real control plane, whose pods are fakes that run nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { makeCertificates } from '../../../src/pipeline/publish/io/testing/certificates.ts';
import { tidemarkIn, type Finished, type Tidemark } from '../harness/tidemark.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { type ControlPlane, controlPlaneMissing, startControlPlane } from './harness/control-plane.ts';
import { runPod, startFakeKubelet, type FakeKubelet } from './harness/fake-kubelet.ts';

const manifest = (name: string): string =>
  readFileSync(new URL(`../../../deploy/install/${name}.yaml`, import.meta.url), 'utf8');

suite('the controller of a cluster, from the command line', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  let controlPlane: ControlPlane;
  let tidemark: Tidemark;
  const run = (line: string): Promise<Finished> => tidemark.run(...line.split(' '));
  const kubectl = (line: string, input?: string): string => controlPlane.kubectl(line.split(' '), input);

  before(async () => {
    const missing = controlPlaneMissing();
    if (missing !== false) throw new Error(missing);
    controlPlane = await startControlPlane({ full: true });
    endings.push(() => controlPlane.stop());
    tidemark = tidemarkIn(workspace, { env: { KUBECONFIG: controlPlane.kubeconfig } });
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  test('check tells what is missing before anything is installed', async () => {
    const pre = await run('check --pre');
    assert.equal(pre.code, 0, pre.stderr);
    assert.match(
      pre.stderr,
      /^► checking prerequisites\n✔ Kubernetes \d+\.\d+\.\d+ >=1\.33\.0-0\n✔ git \d.*\n✔ allowed to install in namespace "flux-system"\n✔ prerequisites checks passed\n$/,
    );
    const all = await run('check');
    assert.equal(all.code, 1);
    assert.match(
      all.stderr,
      /► checking controllers\n✗ no controllers found with the label selector 'app\.kubernetes\.io\/name=tidemark': .*\n► checking crds\n✗ gitrepositories\.source\.toolkit\.fluxcd\.io: not installed\n(?:✗ image\w+\.image\.toolkit\.fluxcd\.io: not installed\n){3}✗ check failed\n$/,
    );
    const get = await run('get image policy');
    assert.deepEqual([get.code, /install the CustomResourceDefinitions/.test(get.stderr)], [2, true]);
    assert.equal((await run('get image all')).code, 0);
  });

  test('install --export prints what would be applied', async () => {
    assert.equal((await run('install --export')).stdout, manifest('standalone'));
    assert.equal((await run('install --beside-flux --export')).stdout, manifest('beside-flux'));
    const { stdout } = await run('install --beside-flux --export -n team-a --image example.com/t:v9');
    assert.doesNotMatch(stdout, /namespace: flux-system/);
    assert.match(stdout, /image: example\.com\/t:v9/);
    kubectl('create namespace team-a');
    assert.match(kubectl('apply --dry-run=server -f -', stdout), /deployment\.apps\/tidemark created/);
  });

  test('install applies, waits, and done again changes nothing', async () => {
    const first = await run('install');
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stderr,
      /✔ CustomResourceDefinition\/imagepolicies\.image\.toolkit\.fluxcd\.io created\n/,
    );
    assert.match(first.stderr, /✔ tidemark: deployment ready\n✔ install finished\n$/);
    const again = await run('install');
    assert.equal(again.code, 0, again.stderr);
    const outcomes = again.stderr.split('\n').filter((line) => line.includes('/'));
    assert.deepEqual(
      outcomes.filter((line) => !line.endsWith(' unchanged')),
      [],
    );
  });

  test('check finds everything in order', async () => {
    const { code, stderr } = await run('check');
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /► checking permissions\n✔ allowed to work with objects in namespace "flux-system"\n► checking controllers\n✔ tidemark: deployment ready\n► \S+:v\d\S+\n► checking crds\n✔ gitrepositories\.source\.toolkit\.fluxcd\.io\/v1\n✔ imagepolicies\.image\.toolkit\.fluxcd\.io\/v1\n✔ imagerepositories\.image\.toolkit\.fluxcd\.io\/v1\n✔ imageupdateautomations\.image\.toolkit\.fluxcd\.io\/v1\n✔ all checks passed\n$/,
    );
  });

  test('check warns of Flux’s own controllers, and not of those that are scaled down', async () => {
    kubectl('apply -f -', deployment('image-automation-controller', 'flux-system', 1));
    const beside = await run('check');
    assert.equal(beside.code, 0, beside.stderr);
    assert.match(
      beside.stderr,
      /⚠ image-automation-controller: .*kubectl -n flux-system scale deployment image-automation-controller --replicas=0\n/,
    );
    assert.match(beside.stderr, /⚠ all checks passed, with 1 warning\n$/);
    kubectl('-n flux-system scale deployment image-automation-controller --replicas=0');
    assert.doesNotMatch((await run('check')).stderr, /⚠/);
  });

  test('check says that a controller is not ready, and why if that is known', async () => {
    kubectl(
      '-n flux-system patch deployment tidemark -p {"spec":{"template":{"spec":{"nodeSelector":{"no":"node"}}}}}',
    );
    const waited = await run('check --timeout 2s --poll-interval 500ms');
    assert.equal(waited.code, 1);
    assert.match(waited.stderr, /◎ waiting for tidemark\n✗ tidemark: deployment not ready/);
    kubectl(
      '-n flux-system patch deployment tidemark -p {"spec":{"template":{"spec":{"nodeSelector":null}}}}',
    );
    assert.equal((await run('check')).code, 0);
  });

  test('logs shows what the pods have written, in the order of time, and follows what they write', async (t) => {
    const certificates = makeCertificates(workspace.makeFolder('certificates'));
    if (certificates === undefined) return t.skip('openssl is not installed');
    const kubelet = await startFakeKubelet(controlPlane, certificates);
    t.after(() => kubelet.close());
    kubectl('create namespace logs');
    const nothing = await run('logs --flux-namespace logs');
    assert.deepEqual([nothing.code, nothing.stderr], [1, '✗ no Tidemark pods found in namespace "logs"\n']);
    kubectl('apply -f -', deployment('tidemark', 'logs', 0));
    for (const name of ['a', 'b'])
      runPod(controlPlane, { namespace: 'logs', name, labels: { app: 'tidemark' } });
    writeLogs(kubelet);
    const logs = async (flags: string): Promise<string> => {
      const { code, stdout, stderr } = await run(`logs --flux-namespace logs ${flags}`);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    assert.equal(
      await logs('-n apps'),
      `2026-01-01T00:00:01Z info - starting
2026-01-01T00:00:02Z info ImageRepository/web.apps - successful scan
2026-01-01T00:00:03Z error ImagePolicy/web.apps - no tag fits Failure
panic: not JSON
`,
    );
    assert.match(await logs('-A'), /^2026-01-01T00:00:04Z info ImagePolicy\/other\.team - selected$/m);
    assert.equal(
      await logs('-A --level error --kind imagepolicy --name web'),
      '2026-01-01T00:00:03Z error ImagePolicy/web.apps - no tag fits Failure\n',
    );
    await logs('-A --tail 1 --since 90s');
    assert.deepEqual(
      ['tailLines', 'sinceSeconds'].map((name) => kubelet.asked.get('a')?.get(name)),
      ['1', '90'],
    );
    const following = tidemark.start('logs', '--flux-namespace', 'logs', '-A', '-f', '--tail', '1');
    await following.waitForOutput(/panic/);
    kubelet.write('a', line('2026-01-01T00:00:05Z', 'written later'));
    await following.waitForOutput(/written later/);
    runPod(controlPlane, { namespace: 'logs', name: 'c', labels: { app: 'tidemark' } });
    kubelet.write('c', line('2026-01-01T00:00:06Z', 'from a new pod'));
    await following.waitForOutput(/from a new pod/);
    assert.equal((await following.stop()).code, 0);
    assert.doesNotMatch(following.output(), /starting/);
  });

  test('uninstall asks, removes what was applied, and leaves no object that cannot be deleted', async () => {
    kubectl('create namespace apps');
    kubectl(
      'apply -f -',
      `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: apps, finalizers: [finalizers.fluxcd.io, example.com/theirs]}
spec: {image: example.com/web, interval: 10m}
`,
    );
    const asked = await run('uninstall');
    assert.deepEqual([asked.code, /nobody is there to be asked: say -s/.test(asked.stderr)], [2, true]);
    // The one in the namespace `logs` is another Tidemark, with no pods: nobody is left.
    const { code, stderr } = await run('uninstall -s');
    assert.equal(code, 0, stderr);
    assert.match(stderr, /✔ Deployment\/flux-system\/tidemark deleted\n/);
    assert.match(stderr, /✔ ImageRepository\/apps\/web finalizer removed\n/);
    assert.match(stderr, /✔ kept the custom resource definitions, and every object of theirs\n/);
    assert.match(stderr, /✔ uninstall finished\n$/);
    assert.equal(
      kubectl('-n apps get imagerepository web -o jsonpath={.metadata.finalizers}'),
      '["example.com/theirs"]',
    );
    const left = kubectl(
      'get clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,networkpolicies,poddisruptionbudgets -A -l app.kubernetes.io/name=tidemark -o name',
    );
    assert.equal(left, '');
  });

  test('definitions that are somebody else’s are neither overwritten nor removed', async () => {
    kubectl('label crd imagepolicies.image.toolkit.fluxcd.io app.kubernetes.io/name=other --overwrite');
    const refused = await run('install');
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /✗ the cluster has imagepolicies\.image\.toolkit\.fluxcd\.io already, and not from here\n {2}say --beside-flux/,
    );
    const removed = await run('uninstall -s --crds --timeout 2s');
    assert.match(
      removed.stderr,
      /⚠ CustomResourceDefinition\/imagepolicies\.image\.toolkit\.fluxcd\.io is not from here, and stays\n/,
    );
    assert.match(
      removed.stderr,
      /⚠ CustomResourceDefinition\/imagerepositories\S+ waits for objects of its kind that have finalizers of others\n/,
    );
    kubectl('-n apps patch imagerepository web --type=merge -p {"metadata":{"finalizers":null}}');
    kubectl('wait --for=delete crd/imagerepositories.image.toolkit.fluxcd.io --timeout=20s');
    assert.equal(
      kubectl('get crd -o name'),
      'customresourcedefinition.apiextensions.k8s.io/imagepolicies.image.toolkit.fluxcd.io\n',
    );
  });
});

function deployment(name: string, namespace: string, replicas: number): string {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'flux' };
  const app = { app: name };
  const containers = [{ name: 'manager', image: `example.com/${name}:v1` }];
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: app },
      template: { metadata: { labels: app }, spec: { containers } },
    },
  });
}

function line(ts: string, msg: string, more: object = {}): string {
  return JSON.stringify({ level: 'info', ts, ...more, msg });
}

/** Two pods took turns: `a` led, then `b`. */
function writeLogs(kubelet: FakeKubelet): void {
  const policy = { controllerKind: 'ImagePolicy', name: 'web', namespace: 'apps' };
  kubelet.write('a', line('2026-01-01T00:00:01Z', 'starting'));
  kubelet.write(
    'b',
    line('2026-01-01T00:00:02Z', 'successful scan', { ...policy, controllerKind: 'ImageRepository' }),
  );
  kubelet.write(
    'a',
    line('2026-01-01T00:00:03Z', 'no tag fits', { ...policy, level: 'error', error: 'Failure' }),
  );
  kubelet.write('a', 'panic: not JSON');
  kubelet.write(
    'b',
    line('2026-01-01T00:00:04Z', 'selected', { ...policy, name: 'other', namespace: 'team' }),
  );
}
