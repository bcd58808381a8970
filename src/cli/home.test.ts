import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { tidemarkIn, type Finished, type Running } from '../../test/e2e/harness/tidemark.ts';
import { createWorkspace, type Workspace } from '../../test/e2e/harness/workspace.ts';
import { GitRepository } from '../../test/fakes/git-server/git-repository.ts';
import { startRegistry, type RunningRegistry } from '../../test/fakes/registry/start-registry.ts';

const program = fileURLToPath(new URL('../../bin/tidemark', import.meta.url));

interface HomeUnderTest {
  readonly workspace: Workspace;
  readonly registry: RunningRegistry;
  readonly git: GitRepository;
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): Running;
}

/** The objects of Flux's transcripts: one repository, policy and automation in the namespace `cli`. */
async function createHome(t: TestContext): Promise<HomeUnderTest> {
  const workspace = createWorkspace(t);
  const registry = await startRegistry();
  t.after(() => registry.close());
  for (const tag of ['1.0.0', '1.0.1']) registry.registry.push('solo', tag);
  const git = GitRepository.create(workspace.path('fleet.git'));
  git.commit({ 'apps/web.yaml': 'tag: 1.0.0 # {"$imagepolicy": "cli:web:tag"}\n' });
  workspace.write('objects/objects.yaml', objectsFor(registry.host, git.path));
  const tidemark = tidemarkIn(workspace, {
    command: [program],
    env: { TIDEMARK_FILE: workspace.path('objects'), TIDEMARK_STATE: workspace.path('state') },
  });
  return { workspace, registry, git, run: tidemark.run, start: tidemark.start };
}

function objectsFor(host: string, gitPath: string): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: cli}
spec: {image: ${host}/solo, interval: 10m}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: cli, labels: {team: a}}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: '>=1.0.0'}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: small, namespace: cli}
spec: {url: 'file://${gitPath}', interval: 10m, ref: {branch: main}}
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

const withoutTimes = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<TIME>              ');

test('the objects of a folder are looked at and acted on without a running process', async (t) => {
  const { run, registry, git, workspace } = await createHome(t);
  const image = `${registry.host}/solo`;

  assert.deepEqual(await run('get', 'image', 'repository', '-n', 'cli'), {
    code: 0,
    signal: null,
    stdout:
      'NAME\tLAST SCAN\tSUSPENDED\tREADY\tMESSAGE                 \t\nweb \t         \tFalse    \tFalse\twaiting to be reconciled\t\n',
    stderr: '',
  });

  await t.test('reconcile does the work itself, and says what flux says', async () => {
    const repository = await run('reconcile', 'image', 'repository', 'web', '-n', 'cli');
    assert.equal(repository.code, 0, repository.stderr);
    assert.equal(
      repository.stderr,
      '► annotating ImageRepository web in cli namespace\n✔ ImageRepository annotated\n◎ waiting for ImageRepository reconciliation\n► nothing else works on these objects: doing it here, once\n✔ scan fetched 2 tags\n',
    );
    const policy = await run('reconcile', 'image', 'policy', 'web', '-n', 'cli');
    assert.match(policy.stderr, new RegExp(`✔ selected ref ${image}:1\\.0\\.1\\n$`));
    const update = await run('reconcile', 'image', 'update', 'auto', '-n', 'cli');
    assert.match(update.stderr, /✔ repository up-to-date\n$/);
    assert.equal(git.read('apps/web.yaml').toString(), 'tag: 1.0.1 # {"$imagepolicy": "cli:web:tag"}\n');
  });

  await t.test('get shows what flux shows', async () => {
    const all = await run('get', 'image', 'all', '-n', 'cli');
    assert.equal(all.stderr, '');
    const pad = (text: string): string => text.padEnd(image.length);
    assert.equal(
      withoutTimes(all.stdout).replaceAll(/checksum \d+/g, 'checksum <N>'),
      [
        'NAME               \tLAST SCAN           \tSUSPENDED\tREADY\tMESSAGE                                              \t',
        'imagerepository/web\t<TIME>              \tFalse    \tTrue \tsuccessful scan: found 2 tags with checksum <N>\t',
        '',
        `NAME           \t${pad('IMAGE')}\tTAG  \tREADY\t${'MESSAGE'.padEnd(`Latest image tag for ${image} resolved to 1.0.1`.length)}\t`,
        `imagepolicy/web\t${image}\t1.0.1\tTrue \tLatest image tag for ${image} resolved to 1.0.1\t`,
        '',
        'NAME                      \tLAST RUN            \tSUSPENDED\tREADY\tMESSAGE              \t',
        'imageupdateautomation/auto\t<TIME>              \tFalse    \tTrue \trepository up-to-date\t',
        '',
        '',
      ].join('\n'),
    );
    const wide = await run('get', 'image', 'update', '-A', '-o', 'wide', '--no-header');
    assert.match(
      wide.stdout,
      new RegExp(`^cli\\tauto\\t.*\\trepository up-to-date\\t${git.head()?.slice(0, 8)}\\tmain\\t`),
    );
    assert.equal(
      (await run('get', 'source', 'git', '-n', 'cli', '-o', 'name')).stdout,
      'gitrepository.source.toolkit.fluxcd.io/small\n',
    );
  });

  await t.test('selectors choose, and what is not found ends with 1', async () => {
    const found = await run(
      'get',
      'image',
      'policies',
      '-n',
      'cli',
      '-l',
      'team in (a,b)',
      '--status-selector',
      'ready=true',
      '-o',
      'name',
    );
    assert.equal(found.stdout, 'imagepolicy.image.toolkit.fluxcd.io/web\n');
    const none = await run('get', 'image', 'policy', '-n', 'cli', '--status-selector', 'ready=false');
    assert.deepEqual(
      [none.code, none.stdout, none.stderr],
      [1, '', '✗ no ImagePolicy objects found in "cli" namespace\n'],
    );
    const nope = await run('get', 'image', 'repository', 'nope', '-n', 'cli');
    assert.deepEqual(
      [nope.code, nope.stderr],
      [1, '✗ ImageRepository object \'nope\' not found in "cli" namespace\n'],
    );
    assert.equal(
      (await run('get', 'image', 'repository', '-A', '-l', 'x=y')).stderr,
      '✗ no ImageRepository objects found in any namespace\n',
    );
    assert.match((await run('get', 'image', 'policy', '-l', 'a in (b')).stderr, /^✗ /);
  });

  await t.test('JSON is a List of whole objects, of events too', async () => {
    const list = JSON.parse((await run('get', 'image', 'all', '-A', '-o', 'json')).stdout) as {
      kind: string;
      items: { kind: string; status: { observedGeneration: number } }[];
    };
    assert.equal(list.kind, 'List');
    assert.deepEqual(
      list.items.map(({ kind, status }) => [kind, status.observedGeneration]),
      [
        ['ImageRepository', 1],
        ['ImagePolicy', 1],
        ['ImageUpdateAutomation', 1],
      ],
    );
    const events = JSON.parse(
      (await run('events', '-n', 'cli', '--for', 'imagepolicy/web', '-o', 'json')).stdout,
    ) as { items: { involvedObject: { kind: string }; type: string; reason: string }[] };
    assert.ok(events.items.length > 0);
    assert.ok(
      events.items.every(
        ({ involvedObject, type, reason }) =>
          involvedObject.kind === 'ImagePolicy' && type === 'Normal' && reason === 'Succeeded',
      ),
    );
    const table = await run('events', '-n', 'cli', '--types', 'normal');
    assert.match(table.stdout, /^LAST SEEN *\tTYPE +\tREASON +\tOBJECT +\tMESSAGE +\t\n/);
    assert.equal((await run('events', '-n', 'empty')).stderr, '✗ No events found in empty namespace.\n');
    assert.match((await run('events', '--for', 'ImagePolcy/web')).stderr, /did you mean ImagePolicy\?/);
  });

  await t.test('export prints what flux prints', async () => {
    const { stdout } = await run('export', 'image', 'policy', 'web', '-n', 'cli');
    assert.equal(
      stdout.replace(/requestedAt: "[^"]*"/, 'requestedAt: "<TIME>"'),
      `---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata:
  annotations:
    reconcile.fluxcd.io/requestedAt: "<TIME>"
  labels:
    team: a
  name: web
  namespace: cli
spec:
  digestReflectionPolicy: Never
  imageRepositoryRef:
    name: web
  policy:
    semver:
      range: '>=1.0.0'
`,
    );
    assert.match(
      (await run('export', 'image', 'repository', '--all', '-n', 'cli')).stdout,
      /\n {2}interval: 10m0s\n/,
    );
    assert.equal((await run('export', 'image', 'repository', '-n', 'cli')).code, 2);
  });

  await t.test('suspend and resume leave the YAML alone', async () => {
    const before = workspace.read('objects/objects.yaml');
    const suspended = await run('suspend', 'image', 'update', 'auto', '-n', 'cli');
    assert.equal(
      suspended.stderr,
      '► suspending image update automation auto in cli namespace\n✔ image update automation suspended\n',
    );
    assert.match((await run('get', 'image', 'update', '-n', 'cli')).stdout, /\tTrue {5}\t/);
    const refused = await run('reconcile', 'image', 'update', 'auto', '-n', 'cli');
    assert.deepEqual(
      [refused.code, refused.stderr],
      [2, '✗ resource is suspended\n  resume it first: tidemark resume image update auto\n'],
    );
    const resumed = await run('resume', 'image', 'update', 'auto', '-n', 'cli');
    assert.equal(resumed.code, 0);
    assert.equal(
      resumed.stderr,
      '► resuming image update automation auto in cli namespace\n✔ image update automation resumed\n◎ waiting for ImageUpdateAutomation reconciliation\n► nothing else works on these objects: doing it here, once\n✔ ImageUpdateAutomation auto reconciliation completed\n✔ repository up-to-date\n',
    );
    assert.equal(workspace.read('objects/objects.yaml'), before);
    const missing = await run('suspend', 'image', 'policy', 'web', 'nope', '-n', 'cli');
    assert.deepEqual(
      [missing.code, missing.stderr.split('\n').at(-2)],
      [2, '✗ ImagePolicy nope not found in cli namespace'],
    );
    assert.equal(
      (await run('resume', 'image', 'policy', '--all', '-n', 'cli')).stderr,
      '► resuming image policy web in cli namespace\n✔ image policy resumed\n',
    );
  });

  await t.test('completion knows the names of objects', async () => {
    assert.equal(
      (await run('__complete', 'get', 'image', 'policy', '-n', 'cli', '')).stdout,
      'web\tImagePolicy\n',
    );
    assert.equal(
      (await run('__complete', 'reconcile', 'images', 'updates', '--namespace=cli', 'a')).stdout,
      'auto\tImageUpdateAutomation\n',
    );
    assert.match(
      (await run('__complete', 'get', 'image', 'policy', '--status')).stdout,
      /^--status-selector\t/,
    );
    assert.equal((await run('__complete', 'get', 'image', 'policy', '-o', 'j')).stdout, 'json\t\n');
    assert.deepEqual((await run('__complete', 'gone', '')).stdout, '');
  });

  await t.test('a failing reconcile says why at once', async () => {
    await registry.close();
    const began = performance.now();
    const { code, stderr } = await run('reconcile', 'image', 'repository', 'web', '-n', 'cli');
    assert.equal(code, 1);
    assert.match(stderr, /✗ ImageRepository reconciliation failed: 'scan failed: .*connection refused.*'\n$/);
    assert.ok(performance.now() - began < 60_000);
    const nope = await run('reconcile', 'image', 'policy', 'nope', '-n', 'cli');
    assert.deepEqual(
      [nope.code, nope.stderr],
      [2, '✗ imagepolicies.image.toolkit.fluxcd.io "nope" not found\n'],
    );
  });

  await t.test('delete cuts one document out of its file', async () => {
    const before = workspace.read('objects/objects.yaml');
    const asked = await run('delete', 'image', 'policy', 'web', '-n', 'cli');
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /✗ nobody is there to be asked: say -s to delete without asking\n$/);
    const { code, stderr } = await run('delete', 'image', 'policy', 'web', '-n', 'cli', '--silent');
    assert.equal(code, 0);
    assert.equal(
      stderr,
      `► it is defined in ${workspace.path('objects')}/objects.yaml:6\n► deleting image policy web in cli namespace\n✔ image policy deleted\n`,
    );
    const documents = before.split('---\n');
    assert.equal(workspace.read('objects/objects.yaml'), [documents[0], ...documents.slice(2)].join('---\n'));
    assert.equal((await run('get', 'image', 'policy', '-n', 'cli')).code, 1);
  });
});

test('a running process does the work, and watching shows what changes', async (t) => {
  const { run, start, registry } = await createHome(t);
  const process = start('run', '--listen', 'off');
  const watch = start('get', 'image', 'policy', '-n', 'cli', '-w');
  await watch.waitForOutput(/\t1\.0\.1\tTrue/);

  registry.registry.push('solo', '1.0.2');
  const { code, stderr } = await run('reconcile', 'image', 'repository', 'web', '-n', 'cli');
  assert.equal(code, 0, stderr);
  assert.equal(
    stderr,
    '► annotating ImageRepository web in cli namespace\n✔ ImageRepository annotated\n◎ waiting for ImageRepository reconciliation\n✔ scan fetched 3 tags\n',
  );
  await watch.waitForOutput(/\t1\.0\.2\tTrue/);
  const watched = await watch.stop();
  assert.deepEqual([watched.code, watched.stderr], [0, '']);
  assert.equal(watched.stdout.split('\n').filter((line) => line.startsWith('NAME')).length, 1);

  assert.equal((await process.stop()).code, 0);
});

test('a broken file is told beside the answer, and stops nothing', async (t) => {
  const { run, workspace } = await createHome(t);
  workspace.write(
    'objects/broken.yaml',
    'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata: {name: x\n',
  );
  workspace.write('objects/other.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n');
  const { code, stdout, stderr } = await run('get', 'image', 'policy', '-n', 'cli', '-o', 'name', '-v');
  assert.equal(code, 0);
  assert.equal(stdout, 'imagepolicy.image.toolkit.fluxcd.io/web\n');
  assert.match(
    stderr,
    /^⚠ .*broken\.yaml:\d+:\d+: the document cannot be read as YAML: .*\n {2}.*other\.yaml:1: skipped ConfigMap other: a kind that Tidemark does not handle\n$/,
  );
});
