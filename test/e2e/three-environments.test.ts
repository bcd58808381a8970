/** Development, staging and production side by side: a new tag becomes one commit on one branch, and nothing else moves. */
import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { createBareRepository, type BareRepository } from './harness/bare-repository.ts';
import { canaries, type Canaries } from './harness/canaries.ts';
import {
  dockerRegistryMissing,
  startDockerRegistry,
  type DockerRegistry,
} from './harness/docker-registry.ts';
import { exampleFiles, layOutObjects } from './harness/example.ts';
import { guardGit, type GitGuard } from './harness/git-guard.ts';
import { startGitServer } from './harness/git-server.ts';
import type { BasicCredentials } from './harness/registry-writer.ts';
import { tidemarkIn, type Running, type Tidemark } from './harness/tidemark.ts';
import { waitUntil } from './harness/wait-until.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const gitAccount = { username: 'git', password: 'CANARY-git-pw' };
const registryAccount = { username: 'puller', password: 'CANARY-reg-pw' };
const image = 'team/testservice';
const oldTag = 'branch-dev-1715555000-a12b34c';
const newTag = 'branch-dev-1715557000-f12a34b';
const devFile = 'apps/dev/testservice.yaml';

/** The example, laid out and running. */
interface Stage {
  readonly workspace: Workspace;
  readonly registry: DockerRegistry;
  readonly fleet: BareRepository;
  readonly tidemark: Tidemark;
  readonly planted: Canaries;
  readonly guard: GitGuard;
  /** Flags that say where objects and state are. */
  readonly where: readonly string[];
}

async function setStage(t: TestContext, access?: BasicCredentials): Promise<Stage> {
  const workspace = createWorkspace(t);
  const registry = await startDockerRegistry(t, workspace, access);
  const server = await startGitServer(t, workspace.makeFolder('git'), gitAccount);
  const addresses = { registry: registry.host, gitUrl: `${server.url}/fleet.git` };
  const fleet = createBareRepository(
    `${server.folder}/fleet.git`,
    ['dev', 'staging', 'main'],
    exampleFiles(addresses),
  );
  const objects = layOutObjects(workspace, addresses);
  for (const [key, value] of Object.entries(gitAccount))
    workspace.write(`secrets/flux-system/fleet-git/${key}`, value);
  if (access !== undefined) giveRegistrySecret(workspace, registry.host, access);

  const planted = canaries([gitAccount.password, registryAccount.password]);
  const guard = guardGit(workspace, planted, ['tmp', 'state', 'home']);
  const env = { PATH: `${guard.folder}:${process.env['PATH']}` };
  const where = ['-f', objects, '--state', workspace.path('state'), '--secrets', workspace.path('secrets')];
  return { workspace, registry, fleet, tidemark: tidemarkIn(workspace, { env }), planted, guard, where };
}

/** Lets the three image repositories read the registry with a pull secret. */
function giveRegistrySecret(
  workspace: Workspace,
  host: string,
  { username, password }: BasicCredentials,
): void {
  const auths = { [host]: { username, password } };
  workspace.write('secrets/flux-system/registry/.dockerconfigjson', JSON.stringify({ auths }));
  for (const environment of ['dev', 'staging', 'production']) {
    const file = `objects/${environment}.yaml`;
    const text = workspace.read(file);
    workspace.write(file, text.replace(/^( +)image: .*$/m, '$&\n$1secretRef:\n$1  name: registry'));
  }
}

function start({ tidemark, where }: Stage): Running {
  return tidemark.start('run', ...where, '--listen', 'off');
}

async function selectedTags({ tidemark, where }: Stage): Promise<Record<string, string | undefined>> {
  const { stdout } = await tidemark.run('get', 'image', 'policy', '-o', 'json', ...where);
  const { items } = JSON.parse(stdout) as {
    items: { metadata: { name: string }; status?: { latestRef?: { tag: string } } }[];
  };
  return Object.fromEntries(items.map(({ metadata, status }) => [metadata.name, status?.latestRef?.tag]));
}

/** What is on the registry, as CI in three branches has left it. */
async function pushFirstTags({ registry }: Stage): Promise<void> {
  for (const tag of [
    oldTag,
    'branch-staging-1715550000-c0ffee1',
    'release-1.4.0',
    'release-1.3.9',
    'latest',
    'branch-dev-999-abc',
  ]) {
    await registry.push(image, tag);
  }
}

const firstSelection = {
  testservice: oldTag,
  'testservice-staging': 'branch-staging-1715550000-c0ffee1',
  'testservice-production': 'release-1.4.0',
};

function assertNoLeak({ workspace, registry, tidemark, planted, guard }: Stage): void {
  const holders = /\/(?:secrets|guard|registry-\d+)\//;
  assert.ok(guard.calls() > 0, 'git was called through the guard');
  assert.deepEqual(
    [
      ...planted.searchBytes('output', tidemark.transcript()),
      ...planted.searchBytes('log of the registry', registry.log()),
      ...planted.searchFolder(workspace.root, (path) => holders.test(path)),
      ...guard.leaks(),
    ],
    [],
  );
}

suite('three environments', { skip: dockerRegistryMissing() }, () => {
  for (const [title, access] of [
    ['anonymous registry', undefined],
    ['registry with a password', registryAccount],
  ] as const) {
    test(`a new development tag becomes one commit on the development branch (${title})`, async (t) => {
      const stage = await setStage(t, access);
      const { fleet, registry, tidemark, where } = stage;
      await pushFirstTags(stage);
      const heads = Object.fromEntries(fleet.refs().map((ref) => [ref, fleet.shaOf(ref)]));
      const running = start(stage);
      await waitUntil(async () => JSON.stringify(await selectedTags(stage)) !== '{}', { what: 'objects' });
      await waitUntil(async () => sameTags(await selectedTags(stage), firstSelection), {
        what: 'the first selection',
      });
      assert.deepEqual(Object.keys(heads), fleet.refs(), 'nothing to commit, nothing committed');

      await registry.push(image, newTag);
      const reconcile = await tidemark.run('reconcile', 'image', 'repository', 'testservice', ...where);
      assert.equal(reconcile.code, 0, reconcile.stderr);
      const branch = 'refs/heads/image-update-dev';
      await waitUntil(() => fleet.shaOf(branch), { what: 'a commit on image-update-dev' });

      assertOneCommit(fleet, branch);
      for (const [ref, sha] of Object.entries(heads))
        assert.equal(fleet.shaOf(ref), sha, `${ref} has not moved`);
      assert.deepEqual(fleet.refs(), [...Object.keys(heads), branch].sort(), 'no other branch');
      await assertCommandsTell(stage, fleet.shaOf(branch) ?? '');

      const { code } = await running.stop();
      assert.equal(code, 0);
      assertNoLeak(stage);
    });
  }

  test('in one go: once brings everything up to date and says so with its exit code', async (t) => {
    const stage = await setStage(t);
    const { fleet, registry, tidemark, where } = stage;
    await pushFirstTags(stage);
    await registry.push(image, newTag);
    await registry.push(image, 'release-1.5.0');
    await registry.push(image, 'release-2.0.0');
    const refs = fleet.refs();

    const dry = await tidemark.run('run', '--once', '--dry-run', ...where);
    assert.deepEqual(fleet.refs(), refs, 'a dry run pushes nothing');
    assert.match(dry.stdout, new RegExp(`^-\\s+tag: ${oldTag} `, 'm'));
    assert.match(dry.stdout, new RegExp(`^\\+\\s+tag: ${newTag} `, 'm'));

    const once = await tidemark.run('run', '--once', ...where);
    assert.equal(once.code, 0, once.stderr);
    assert.match(fleet.files('image-update-dev')[devFile] ?? '', new RegExp(`tag: ${newTag} #`));
    assert.match(
      fleet.files('image-update-production')['apps/production/testservice.yaml'] ?? '',
      /tag: release-1\.5\.0 #/,
    );
    assert.equal(fleet.shaOf('image-update-staging'), undefined);

    const commits = fleet.commits('image-update-dev').length;
    const again = await tidemark.run('run', '--once', ...where);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(fleet.commits('image-update-dev').length, commits, 'a second time there is nothing to do');
    assertNoLeak(stage);
  });

  test('a suspended automation commits nothing, diff shows what it would, and resume lets it through', async (t) => {
    const stage = await setStage(t);
    const { fleet, registry, tidemark, where } = stage;
    await pushFirstTags(stage);
    const running = start(stage);
    await waitUntil(async () => sameTags(await selectedTags(stage), firstSelection), {
      what: 'the first selection',
    });

    const suspend = await tidemark.run('suspend', 'image', 'update', 'testservice-dev', ...where);
    assert.equal(suspend.code, 0, suspend.stderr);
    await registry.push(image, newTag);
    await tidemark.run('reconcile', 'image', 'repository', 'testservice', ...where);
    await waitUntil(async () => (await selectedTags(stage))['testservice'] === newTag, {
      what: 'the new selection',
    });
    const diff = await tidemark.run('diff', 'testservice-dev', ...where);
    assert.equal(diff.code, 1, diff.stderr);
    assert.match(diff.stdout, new RegExp(`^\\+\\s+tag: ${newTag} `, 'm'));
    assert.equal(fleet.shaOf('image-update-dev'), undefined);

    const resume = await tidemark.run('resume', 'image', 'update', 'testservice-dev', ...where);
    assert.equal(resume.code, 0, resume.stderr);
    await waitUntil(() => fleet.shaOf('image-update-dev'), { what: 'the commit' });
    assert.equal((await tidemark.run('diff', 'testservice-dev', ...where)).code, 0);
    await running.stop();
    assertNoLeak(stage);
  });
});

function sameTags(actual: Record<string, string | undefined>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, tag]) => actual[name] === tag);
}

/** One commit on top of `dev`, with the author and message that the objects ask for, that changes one scalar and no other byte. */
function assertOneCommit(fleet: BareRepository, branch: string): void {
  const [, commit, ...others] = fleet.commits(branch);
  assert.deepEqual(others, []);
  assert.equal(fleet.commits('dev').at(-1)?.sha, fleet.commits(branch)[0]?.sha);
  assert.equal(commit?.author, 'Image Bot <image-bot@example.com>');
  assert.equal(
    commit.message,
    'Automated image update\n\nAutomation name: flux-system/testservice-dev\n\nFiles:\n- testservice.yaml\n',
  );
  const before = fleet.files('dev');
  const changed = before[devFile]?.replace(oldTag, newTag);
  assert.deepEqual(fleet.files(branch), { ...before, [devFile]: changed });
}

/** What a person sees who asks. */
async function assertCommandsTell({ tidemark, where }: Stage, commit: string): Promise<void> {
  const policies = await tidemark.run('get', 'image', 'policy', ...where);
  assert.equal(policies.code, 0, policies.stderr);
  assert.match(policies.stdout, new RegExp(`^testservice\\s.*${newTag}`, 'm'));

  const explain = await tidemark.run('explain', 'policy', 'testservice', ...where);
  assert.equal(explain.code, 0, explain.stderr);
  for (const told of [newTag, '1715557000', oldTag, devFile])
    assert.ok(explain.stdout.includes(told), `${told} in:\n${explain.stdout}`);

  const loser = await tidemark.run('explain', 'policy', 'testservice', '--tag', 'latest', ...where);
  assert.match(loser.stdout, /latest/);

  const updates = await waitUntil(
    async () => {
      const { stdout } = await tidemark.run('get', 'image', 'update', '-o', 'json', ...where);
      return stdout.includes(commit) && stdout;
    },
    { what: 'the commit in the status' },
  );
  const { items } = JSON.parse(updates) as {
    items: { metadata: { name: string }; status: { lastPushCommit?: string } }[];
  };
  assert.deepEqual(
    Object.fromEntries(items.map(({ metadata, status }) => [metadata.name, status.lastPushCommit])),
    { 'testservice-dev': commit, 'testservice-staging': undefined, 'testservice-production': undefined },
  );
  const wide = await tidemark.run('get', 'image', 'update', '-o', 'wide', ...where);
  assert.match(wide.stdout, new RegExp(`^testservice-dev\\s.*${commit.slice(0, 7)}`, 'm'));
  assert.equal((await tidemark.run('diff', ...where)).code, 0);
}
