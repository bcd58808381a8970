/** Secrets that the program makes, and the ways that it tries with them, against real servers: docker-registry, git http-backend. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startGitServer } from '../fakes/git-server/git-server.ts';
import { canaries } from './harness/canaries.ts';
import { dockerRegistryMissing, startDockerRegistry } from './harness/docker-registry.ts';
import { createWorkspace, type Workspace } from './harness/workspace.ts';

const registryPassword = 'CANARY-check-registry-8817';
const gitPassword = 'CANARY-check-git-9921';
const program = fileURLToPath(new URL('../../bin/tidemark', import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly said: string;
}

/** The program with something on its standard input. */
async function tidemark(workspace: Workspace, words: string, input = ''): Promise<Finished> {
  const child = spawn(program, words.split(' '), {
    cwd: workspace.root,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: workspace.makeFolder('home'),
      TMPDIR: workspace.makeFolder('tmp'),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said: (await said).join('') };
}

test(
  'a Secret from standard input leads into a real registry, and a wrong one is named',
  { skip: dockerRegistryMissing() },
  async (t) => {
    const workspace = createWorkspace(t);
    const registry = await startDockerRegistry(t, workspace, {
      username: 'puller',
      password: registryPassword,
    });
    await registry.push('team/app', '1.0.0');
    const make = (name: string, password: string): Promise<Finished> =>
      tidemark(
        workspace,
        `create secret oci ${name} --url=${registry.host} -u puller --password-file=- --secrets secrets`,
        `${password}\n`,
      );
    const check = (more: string): Promise<Finished> =>
      tidemark(workspace, `check --registry ${registry.host}/team/app --secrets secrets ${more}`);
    assert.equal((await make('pull', registryPassword)).code, 0);
    assert.equal((await make('wrong', 'CANARY-check-registry-wrong')).code, 0);

    const good = await check('--secret pull');
    assert.equal(good.code, 0, good.said);
    assert.match(good.said, /✔ credentials: user 'puller' for \S+ from Secret flux-system\/pull\n/);
    assert.match(good.said, /wants user name and password \(Basic\)\n✔ may read team\/app: 1 tag\n/);
    const wrong = await check('--secret wrong');
    assert.equal(wrong.code, 1, wrong.said);
    assert.match(wrong.said, /credentials for \S+ were refused\n {2}the registry does not accept these/);
    const unknown = await tidemark(
      workspace,
      `check --registry ${registry.host}/team/nope --secrets secrets --secret pull`,
    );
    assert.equal(unknown.code, 1, unknown.said);
    assert.match(unknown.said, /✗ .*\n {2}is "team\/nope" spelt right\?/);

    const planted = canaries([registryPassword, 'CANARY-check-registry-wrong']);
    for (const { said } of [good, wrong, unknown]) assert.deepEqual(planted.searchBytes('output', said), []);
    assert.deepEqual(planted.searchFolder(workspace.path('tmp')), []);
  },
);

test('a Secret leads into a real Git server, which says who may write', async (t) => {
  const workspace = createWorkspace(t);
  const users = {
    writer: { password: gitPassword, access: 'write' },
    reader: { password: gitPassword, access: 'read' },
  } as const;
  const server = await startGitServer({ root: workspace.makeFolder('git'), users });
  t.after(() => server.close());
  const repository = server.createRepository('fleet.git', { branch: 'main', files: { a: 'a\n' } });
  const before = repository.head('main');
  const url = server.urlOf('fleet.git');
  const outputs: string[] = [];
  for (const [user, code, said] of [
    ['writer', 0, /✔ may read: 1 branch.*\n✔ may write/],
    [
      'reader',
      1,
      /✔ may read: 1 branch.*\n✗ may not write: .*\n {2}the token or the account needs the right/,
    ],
  ] as const) {
    const words = `create secret git ${user} --url=${url} -u ${user} --password-file=- --secrets secrets`;
    const made = await tidemark(workspace, words, gitPassword);
    assert.equal(made.code, 0, made.said);
    const checked = await tidemark(workspace, `check --git ${url} --secrets secrets --secret ${user}`);
    assert.equal(checked.code, code, checked.said);
    assert.match(checked.said, said);
    outputs.push(made.said, checked.said);
  }
  assert.equal(repository.head('main'), before);
  const planted = canaries([gitPassword]);
  assert.deepEqual(planted.searchBytes('output', outputs.join('')), []);
  assert.deepEqual(planted.searchFolder(workspace.path('tmp')), []);
});
