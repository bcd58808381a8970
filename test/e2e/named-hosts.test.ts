/** The three environments as a company on AWS and GitHub has them, hosts and all: through a proxy that leads their names to servers here. */
import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { assertNoSecretLeaked } from './harness/assert-no-leak.ts';
import { dockerRegistryMissing } from './harness/docker-registry.ts';
import { guardGit, type GitGuard } from './harness/git-guard.ts';
import { startNamedHosts, type NamedHosts } from './harness/named-hosts.ts';
import { motoMissing, startMoto } from './harness/moto.ts';
import { namedObjects } from './harness/named-objects.ts';
import { assertNothingElseAsked, createNamedSecrets } from './harness/named-secrets.ts';
import { authorityMissing } from './harness/test-authority.ts';
import { tidemarkIn, type Finished, type Tidemark } from './harness/tidemark.ts';
import { waitUntil } from './harness/wait-until.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const repository = 'testservice';
const oldTag = 'branch-dev-1715555000-a12b34c';
const newTag = 'branch-dev-1715557000-f12a34b';
const branch = 'refs/heads/image-update-dev';

const awsFault = {
  status: 400,
  body: '{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}',
};

interface Stage {
  readonly workspace: Workspace;
  readonly hosts: NamedHosts;
  readonly guard: GitGuard;
  readonly tidemark: Tidemark;
  readonly where: readonly string[];
  /** Everything up to date, once and from the start, told in full. */
  once(): Promise<Finished>;
}

async function setStage(t: TestContext, moto?: string): Promise<Stage> {
  const workspace = createWorkspace(t);
  const hosts = await startNamedHosts(t, workspace, moto);
  const guard = guardGit(workspace, hosts.planted(), ['tmp', 'state', 'home']);
  // Tokens that are made while it runs are looked for as well.
  hosts.github.api.onIssue = () => void workspace.write('guard/patterns', hosts.planted().patterns);
  const env = { PATH: `${guard.folder}:${process.env['PATH']}`, ...hosts.registry.environment };
  const tidemark = tidemarkIn(workspace, { env });
  workspace.write('objects/all.yaml', namedObjects());
  const objects = ['-f', workspace.path('objects'), '--secrets', workspace.path('secrets')];
  let runs = 0;
  const stage: Stage = {
    workspace,
    hosts,
    guard,
    tidemark,
    where: [...objects, '--state', workspace.path('state')],
    once: () => {
      runs += 1;
      const state = workspace.makeFolder(`state/run-${runs}`);
      return tidemark.run('run', '--once', '--log-level', 'debug', ...objects, '--state', state);
    },
  };
  await createNamedSecrets(hosts, stage, ['--secrets', workspace.path('secrets')]);
  for (const tag of [oldTag, 'branch-staging-1715550000-c0ffee1', 'release-1.4.0', 'latest'])
    await hosts.registry.push(repository, tag);
  return stage;
}

function assertNoLeak({ workspace, hosts, guard, tidemark }: Stage): void {
  assertNoSecretLeaked(hosts, { workspace, guard, said: tidemark.transcript() });
}

/** The development tag is pushed, and becomes a commit. */
async function oneCommit(stage: Stage): Promise<void> {
  const { hosts, tidemark, where } = stage;
  const heads = hosts.fleet.refs().map((ref) => [ref, hosts.fleet.shaOf(ref)]);
  const running = tidemark.start('run', '--log-level', 'debug', ...where, '--listen', 'off');
  await waitUntil(
    async () => {
      const { stdout } = await tidemark.run('get', 'image', 'all', '--no-header', ...where);
      return stdout.match(/\bTrue\b/g)?.length === 9;
    },
    { what: 'nine objects that are ready', timeoutMs: 90_000 },
  );
  await hosts.registry.push(repository, newTag);
  const reconcile = await tidemark.run('reconcile', 'image', 'repository', 'testservice', ...where);
  assert.equal(reconcile.code, 0, reconcile.stderr);
  await waitUntil(() => hosts.fleet.shaOf(branch), {
    what: 'a commit on image-update-dev',
    timeoutMs: 90_000,
  });
  const file = hosts.fleet.files(branch)['apps/dev/testservice.yaml'] ?? '';
  assert.match(file, new RegExp(`tag: ${newTag} #`));
  assert.equal(hosts.fleet.commits(branch).length, 2);
  for (const [ref, sha] of heads) assert.equal(hosts.fleet.shaOf(ref ?? ''), sha, `${ref} has not moved`);
  assert.equal((await running.stop()).code, 0);
  assert.equal(hosts.github.api.issued.length, 1, 'three automations share one token');
  assert.equal(hosts.registry.logins(), 1, 'three scans share one login');
  assertNothingElseAsked(hosts);
  assertNoLeak(stage);
}

suite('hosts by their names', { skip: dockerRegistryMissing() || authorityMissing() }, () => {
  test('a new tag in ECR becomes one commit on GitHub, and nothing but the named hosts is asked', async (t) => {
    await oneCommit(await setStage(t));
  });

  test('moto in place of our own AWS says the same', { skip: motoMissing() }, async (t) => {
    const moto = await startMoto(t);
    await oneCommit(await setStage(t, moto.host));
  });

  test('check goes the same way beforehand, with the same logins, and writes nothing', async (t) => {
    const stage = await setStage(t);
    const { hosts, tidemark, where } = stage;
    const refs = hosts.fleet.refs().map((ref) => [ref, hosts.fleet.shaOf(ref)]);
    const check = (...question: readonly string[]): Promise<Finished> =>
      tidemark.run('check', ...question, ...where);
    const registry = await check('--registry', 'imagerepository/testservice');
    assert.equal(registry.code, 0, registry.stderr);
    assert.match(registry.stderr, /login from aws[^]*may read[^]*4 tags/);
    const git = await check('--git', 'gitrepository/fleet-dev');
    assert.equal(git.code, 0, git.stderr);
    assert.match(git.stderr, /may read[^]*may write/);
    hosts.github.account.contents = 'read';
    const readOnly = await check('--git', 'gitrepository/fleet-dev');
    assert.equal(readOnly.code, 1);
    assert.match(readOnly.stderr, /may not write[^]*Contents: read/);
    assert.deepEqual(
      hosts.fleet.refs().map((ref) => [ref, hosts.fleet.shaOf(ref)]),
      refs,
    );
    assertNothingElseAsked(hosts);
    assertNoLeak(stage);
  });

  test('whatever fails on the way is told, and no secret with it', async (t) => {
    const stage = await setStage(t);
    const { hosts, workspace, once } = stage;
    const { github, registry } = hosts;
    await registry.push(repository, newTag);
    const secret = (key: string): string => `secrets/flux-system/${key}`;
    const fails = async (
      what: string,
      told: RegExp,
      [harm, mend]: readonly [() => void, () => void],
    ): Promise<void> => {
      harm();
      const { code, stdout, stderr } = await once();
      mend();
      assert.notEqual(code, 0, what);
      assert.match(stdout + stderr, told, what);
      assert.equal(hosts.fleet.shaOf(branch), undefined, what);
    };
    const swap = (file: string, text: string): readonly [() => void, () => void] => {
      const before = workspace.read(file);
      return [() => workspace.write(file, text), () => workspace.write(file, before)];
    };
    await fails('a proxy that does not know us', /proxy/, swap(secret('egress/password'), 'CANARY-other-pw'));
    await fails(
      'the number of another app',
      /the private key is none of app 999's/,
      swap(secret('flux-system-write/githubAppID'), '999'),
    );
    await fails(
      'half a key',
      /'githubAppPrivateKey' is damaged/,
      swap(
        secret('flux-system-write/githubAppPrivateKey'),
        `${github.privateKey.slice(0, 700)}\n-----END RSA PRIVATE KEY-----\n`,
      ),
    );
    await fails(
      'another owner',
      /app 12345 is not installed for 'other'/,
      swap(secret('flux-system-write/githubAppInstallationOwner'), 'other'),
    );
    await fails('a machine that AWS does not know', /scan failed/, [
      () => void registry.aws.faults.push(awsFault),
      () => void registry.aws.faults.pop(),
    ]);
    await fails('a login that the registry does not take', /scan failed/, [
      () => (registry.takesNobody = true),
      () => (registry.takesNobody = false),
    ]);
    await fails('a suspended installation', /installation 100 of app 12345 is suspended/, [
      () => (github.account.suspendedAt = '2026-11-01T10:00:00Z'),
      () => (github.account.suspendedAt = undefined),
    ]);
    await fails('a clock that is off', /this machine's clock is 5 minutes behind that of api\.github\.com/, [
      () => (github.clockAheadMs = 300_000),
      () => (github.clockAheadMs = 0),
    ]);
    await fails('a limit', /asks to wait 60 minutes/, [
      () => (github.api.intercept = () => ({ status: 429, headers: { 'retry-after': '3600' }, body: {} })),
      () => (github.api.intercept = undefined),
    ]);
    await fails('an app that may only read', /has the permission Contents: read/, [
      () => (github.account.contents = 'read'),
      () => (github.account.contents = 'write'),
    ]);
    await fails('a token that ends at once, each time', /authentication required/, [
      () =>
        (github.onGit = () => {
          github.endTokens();
          return undefined;
        }),
      () => (github.onGit = undefined),
    ]);
    const mended = await once();
    assert.equal(mended.code, 0, mended.stderr);
    assert.ok(hosts.fleet.shaOf(branch));
    assertNoLeak(stage);
  });
});
