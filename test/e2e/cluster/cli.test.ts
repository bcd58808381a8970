/** The command line on a real API server: the same words as on files, applied objects, watches, and rights that are missing. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startGitServer, type GitServer } from '../../fakes/git-server/git-server.ts';
import { startRegistry, type RunningRegistry } from '../../fakes/registry/start-registry.ts';
import { tidemarkIn, type Finished, type Running, type Tidemark } from '../harness/tidemark.ts';
import { createWorkspace, type Workspace } from '../harness/workspace.ts';
import { type ControlPlane, controlPlaneMissing, startControlPlane } from './harness/control-plane.ts';
import { installKinds } from './harness/install-kinds.ts';
import { limitedKubeconfig } from './harness/limited-kubeconfig.ts';

/** One home, with the program set to work on it and something that looks after its objects. */
interface HomeAtWork {
  readonly tidemark: Tidemark;
  readonly worker: Running;
}

suite('the command line in a cluster', () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace: Workspace = createWorkspace(ending);
  let controlPlane: ControlPlane;
  let registry: RunningRegistry;
  let git: GitServer;
  let cluster: HomeAtWork;
  let files: HomeAtWork;

  before(async () => {
    const missing = controlPlaneMissing();
    if (missing !== false) throw new Error(missing);
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    installKinds(controlPlane);
    registry = await startRegistry();
    endings.push(() => registry.close());
    for (const tag of ['1.0.0', '1.0.1']) registry.registry.push('solo', tag);
    git = await startGitServer({ root: workspace.makeFolder('git') });
    endings.push(() => git.close());
    cluster = startCluster();
    files = startFiles();
    for (const { worker } of [cluster, files]) {
      endings.push(() => worker.stop());
      await worker.waitForOutput(/pushed commit/);
    }
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  function startCluster(): HomeAtWork {
    controlPlane.kubectl(['create', 'namespace', 'cli']);
    controlPlane.kubectl(['apply', '-f', '-'], objectsFor('cluster'));
    const tidemark = tidemarkIn(workspace, { env: { KUBECONFIG: controlPlane.kubeconfig } });
    const storage = workspace.path('storage');
    const addresses = ['--health-addr', 'off', '--metrics-addr', 'off'];
    const worker = tidemark.start('controller', '--storage-path', storage, ...addresses);
    return { tidemark, worker };
  }

  function startFiles(): HomeAtWork {
    workspace.write('objects/objects.yaml', objectsFor('files'));
    const env = { TIDEMARK_FILE: workspace.path('objects'), TIDEMARK_STATE: workspace.path('state') };
    const tidemark = tidemarkIn(workspace, { env });
    return { tidemark, worker: tidemark.start('run', '--listen', 'off') };
  }

  function objectsFor(home: string): string {
    const marked = `image: ${registry.host}/solo:1.0.0 # {"$imagepolicy": "cli:web"}\n`;
    git.createRepository(`${home}.git`, { branch: 'main', files: { 'apps/web.yaml': marked } });
    return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: cli}
spec: {image: ${registry.host}/solo, interval: 10m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: cli, labels: {team: a}}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: '>=1.0.0'}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: nomatch, namespace: cli}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: '>=99'}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: small, namespace: cli}
spec: {url: '${git.url}/${home}.git', interval: 10m, ref: {branch: main}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: auto, namespace: cli}
spec:
  interval: 10m
  sourceRef: {kind: GitRepository, name: small}
  git: {checkout: {ref: {branch: main}}, commit: {author: {name: flux, email: flux@example.com}}, push: {branch: main}}
  update: {path: ./, strategy: Setters}
`;
  }

  /** In this order: later lines see what earlier ones have done. */
  const lines: readonly (readonly [line: string, code: number])[] = [
    ['reconcile image repository web -n cli', 0],
    ['reconcile image policy web -n cli', 0],
    ['reconcile image update auto -n cli', 0],
    ['reconcile image policy nomatch -n cli', 1],
    ['reconcile image policy nope -n cli', 2],
    ['get image all -n cli', 0],
    ['get image all -A -o wide', 0],
    ['get image policy web -n cli -o json', 0],
    ['get image repository -n cli -o yaml', 0],
    ['get image update -n cli -o name', 0],
    ['get source git -n cli -o wide', 0],
    ['get image policy nope -n cli', 1],
    ['get image policy -n cli -l team=a --status-selector ready=true', 0],
    ['get image repository -n empty', 1],
    ['get image all -n empty', 0],
    ['suspend image update auto -n cli', 0],
    ['get image update -n cli', 0],
    ['reconcile image update auto -n cli', 2],
    ['resume image update auto -n cli', 0],
    ['suspend image policy --all -n cli', 0],
    ['resume image policy web -n cli', 0],
    ['resume image policy --all -n cli', 0],
    ['suspend image policy nope -n cli', 2],
    ['explain policy web -n cli', 0],
    ['explain policy web -n cli --tag 1.0.0 -o json', 0],
    ['explain policy nomatch -n cli', 1],
    ['diff -n cli', 0],
    ['export image policy --all -n cli', 0],
    ['export image update auto -n cli', 0],
    ['events -n cli --for ImageUpdateAutomation/auto --no-header', 0],
    ['events -n empty', 0],
    ['__complete reconcile image policy -n cli ', 0],
  ];

  test('says the same as on files', async (t) => {
    for (const [line, code] of lines) {
      await t.test(`tidemark ${line}`, async () => {
        const words = line.split(' ');
        const [inCluster, onFiles] = await Promise.all(
          [cluster, files].map(async ({ tidemark }) => plain(await tidemark.run(...words))),
        );
        assert.deepEqual(inCluster, onFiles);
        assert.equal(inCluster?.code, code, inCluster?.stderr);
      });
    }
  });

  test('a commit that is pending is shown alike', async () => {
    registry.registry.push('solo', '1.1.0');
    const results = await Promise.all(
      [cluster, files].map(async ({ tidemark }) => {
        await tidemark.run('suspend', 'image', 'update', 'auto', '-n', 'cli');
        const scanned = await tidemark.run('reconcile', 'image', 'repository', 'web', '-n', 'cli');
        assert.match(scanned.stderr, /✔ scan fetched 3 tags/);
        await tidemark.run('reconcile', 'image', 'policy', 'web', '-n', 'cli');
        return plain(await tidemark.run('diff', '-n', 'cli'));
      }),
    );
    assert.deepEqual(results[0], results[1]);
    assert.equal(results[0]?.code, 1);
    assert.match(results[0]?.stdout ?? '', /^\+image: .*\/solo:1\.1\.0 #/m);
    for (const { tidemark } of [cluster, files]) {
      const resumed = await tidemark.run('resume', 'image', 'update', 'auto', '-n', 'cli');
      assert.match(resumed.stderr, /✔ repository up-to-date\n$/);
    }
  });

  test('create applies: what is new is created, what is there is updated, and labels of others stay', async () => {
    const { run } = cluster.tidemark;
    const create = (...flags: string[]): Promise<Finished> =>
      run('create', 'image', 'policy', 'made', '-n', 'cli', '--image-ref', 'web', ...flags);
    const created = await create('--select-semver', '1.0.x');
    assert.deepEqual(
      [created.code, created.stderr],
      [
        0,
        '✚ generating ImagePolicy\n► applying ImagePolicy\n✔ ImagePolicy created\n◎ waiting for ImagePolicy reconciliation\n✔ ImagePolicy reconciliation completed\n',
      ],
    );
    controlPlane.kubectl(['-n', 'cli', 'label', 'imagepolicy', 'made', 'theirs=yes']);
    const updated = await create('--select-alpha', 'asc', '--label', 'ours=yes');
    assert.match(updated.stderr, /✔ ImagePolicy updated\n.*\n✔ ImagePolicy reconciliation completed\n$/);
    const { spec, metadata } = JSON.parse(
      controlPlane.kubectl(['-n', 'cli', 'get', 'imagepolicy', 'made', '-o', 'json']),
    ) as { spec: { policy: object }; metadata: { labels: object } };
    assert.deepEqual(spec.policy, { alphabetical: { order: 'asc' } });
    assert.deepEqual(metadata.labels, { ours: 'yes', theirs: 'yes' });
  });

  test('delete deletes, with the finalizer that the controller takes away', async () => {
    const { run } = cluster.tidemark;
    await run(
      'create',
      'image',
      'policy',
      'gone',
      '-n',
      'cli',
      '--image-ref',
      'web',
      '--select-alpha',
      'asc',
    );
    const unasked = await run('delete', 'image', 'policy', 'gone', '-n', 'cli');
    assert.deepEqual([unasked.code, /nobody is there to be asked/.test(unasked.stderr)], [2, true]);
    const deleted = await run('delete', 'image', 'policy', 'gone', '-n', 'cli', '-s');
    assert.deepEqual(
      [deleted.code, deleted.stderr],
      [0, '► deleting image policy gone in cli namespace\n✔ image policy deleted\n'],
    );
    controlPlane.kubectl(['-n', 'cli', 'wait', '--for=delete', 'imagepolicy/gone', '--timeout=20s']);
  });

  test('get -w and events -w go on with what changes', async () => {
    const { start, run } = cluster.tidemark;
    const objects = start('get', 'image', 'repository', '-n', 'cli', '-w', '--no-header');
    const events = start('events', '-n', 'cli', '--for', 'ImageRepository/web', '-w', '-o', 'json');
    await objects.waitForOutput(/found 3 tags/);
    await events.waitForOutput(/found 3 tags/);
    registry.registry.push('solo', '1.2.0');
    await run('reconcile', 'image', 'repository', 'web', '-n', 'cli');
    await objects.waitForOutput(/found 4 tags/);
    await events.waitForOutput(/found 4 tags/);
    for (const running of [objects, events]) assert.equal((await running.stop()).code, 0);
  });

  test('what a person may not do is named: verb, resource and namespace', async () => {
    const role = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: cli}
rules:
  - {apiGroups: [image.toolkit.fluxcd.io], resources: [imagepolicies, imagerepositories], verbs: [get, list]}
`;
    controlPlane.kubectl(['apply', '-f', '-'], role);
    controlPlane.kubectl(['-n', 'cli', 'create', 'serviceaccount', 'reader']);
    const binding = '-n cli create rolebinding reader --role=reader --serviceaccount=cli:reader';
    controlPlane.kubectl(binding.split(' '));
    const account = { namespace: 'cli', name: 'reader' };
    const reader = limitedKubeconfig(controlPlane, workspace, account);
    const run = (line: string): Promise<Finished> =>
      cluster.tidemark.run(...line.split(' '), '--kubeconfig', reader);
    assert.equal((await run('get image policy web -n cli')).code, 0);
    for (const [line, refusal] of [
      ['get image update -n cli', 'list imageupdateautomations in namespace "cli"'],
      ['get image policy -A', 'list imagepolicies in all namespaces'],
      ['reconcile image policy web -n cli', 'patch imagepolicies in namespace "cli"'],
      ['suspend image policy web -n cli', 'patch imagepolicies in namespace "cli"'],
      ['delete image policy web -n cli -s', 'delete imagepolicies in namespace "cli"'],
      ['events -n cli', 'list events in namespace "cli"'],
      [
        'create image policy x -n cli --image-ref web --select-alpha asc',
        'create imagepolicies in namespace "cli"',
      ],
    ] as const) {
      const { code, stderr } = await run(line);
      assert.equal(code, 2, line);
      assert.ok(stderr.includes(`✗ not allowed to ${refusal}`), `${line}: ${stderr}`);
    }
    const check = await run('check -n cli --timeout 1s');
    assert.match(check.stderr, /✗ tidemark get: not allowed to .*list imageupdateautomations/);
    assert.match(
      check.stderr,
      /⚠ tidemark reconcile, suspend, resume: not allowed to patch imagerepositories/,
    );
  });

  test('flags choose the home before the environment does, and the error without any names both', async () => {
    const { kubeconfig } = controlPlane;
    const both = tidemarkIn(workspace, { env: { TIDEMARK_FILE: workspace.path('objects') } });
    const outcome = async (tidemark: Tidemark, ...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await tidemark.run(...args);
      return `${code} ${stdout}${stderr}`;
    };
    const policy = ['get', 'image', 'policy', 'made', '-n', 'cli', '-o', 'name'];
    assert.match(await outcome(both, ...policy), /^1 /);
    assert.match(await outcome(both, ...policy, '--kubeconfig', kubeconfig), /^0 imagepolicy/);
    assert.match(
      await outcome(both, ...policy, '--kubeconfig', kubeconfig, '-f', 'objects'),
      /^2 .*-f chooses files/,
    );
    const none = tidemarkIn(workspace);
    assert.match(
      await outcome(none, ...policy),
      /^2 ✗ there are no objects to work on: .*\n.* -f, .* --kubeconfig/,
    );
    assert.match(await outcome(none, 'check'), /^2 ✗ there is no cluster to work on: /);
    assert.match(
      await outcome(cluster.tidemark, ...policy, '--context', 'nope'),
      /^2 ✗ there is no context "nope" in /,
    );
    assert.match(
      await outcome(cluster.tidemark, ...policy, '--state', 'x'),
      /^2 ✗ --state is for objects in files/,
    );
  });

  test('where nobody works the wait says so, and ends in time', async () => {
    await cluster.worker.stop();
    const { code, stderr } = await cluster.tidemark.run(
      ...'reconcile image policy web -n cli --timeout 7s'.split(' '),
    );
    assert.equal(code, 2);
    assert.match(stderr, /⚠ no controller was found in the cluster: see tidemark check/);
    assert.match(stderr, /✗ ImagePolicy web was not done after 7s\n {2}its state now: Latest image tag/);
  });

  test('a cluster that does not answer is named', async () => {
    await controlPlane.kill('kube-apiserver', 'SIGKILL');
    const { code, stderr } = await cluster.tidemark.run('get', 'image', 'all');
    assert.equal(code, 2);
    assert.match(stderr, /✗ no answer from the API server at 127\.0\.0\.1:\d+ \(list imagerepositories\)/);
  });
});

/** Without what differs from home to home, or from moment to moment. */
function plain({ code, stdout, stderr }: Finished): Omit<Finished, 'signal'> {
  const text = (said: string): string =>
    said
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<TIME>')
      .replaceAll(/(?:cluster|files)\.git/g, '<HOME>.git')
      .replaceAll(/("?uid"?: )"?[0-9a-f-]{36}"?/g, '$1<UID>')
      .replaceAll(/("?resourceVersion"?: )"?[\w.]+"?/g, '$1<VERSION>')
      .replaceAll(/\b[0-9a-f]{40}\b/g, '<COMMIT>')
      .replaceAll(/\b[0-9a-f]{8}\b(?=\s+\tmain)/g, '<COMMIT>')
      .replaceAll(/pushed commit '[0-9a-f]{7}'/g, "pushed commit '<COMMIT>'")
      .replaceAll(/\b\d+m?s( \(x\d+ over \d+m?s\))?/g, '<AGO>')
      .replaceAll(/ +(?=\t|\n)/g, '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
