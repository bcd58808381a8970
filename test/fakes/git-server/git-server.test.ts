import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { fakeGitEnvironment } from './git-environment.ts';
import { startGitServer, type GitServer, type GitServerOptions } from './git-server.ts';

const run = promisify(execFile);

async function stage(
  t: TestContext,
  options: Omit<GitServerOptions, 'root'> = {},
): Promise<{
  readonly server: GitServer;
  readonly root: string;
  git(...args: readonly string[]): Promise<string>;
}> {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-git-server-'));
  const server = await startGitServer({ ...options, root: join(root, 'remote') });
  t.after(async () => {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  });
  const git = async (...args: readonly string[]): Promise<string> => {
    const who = ['-c', 'user.name=Me', '-c', 'user.email=me@example.com'];
    return (await run('git', [...who, ...args], { cwd: root, env: fakeGitEnvironment() })).stdout;
  };
  return { server, root, git };
}

test('a plain git clones, commits and pushes, also what is too large to be sent in one piece', async (t) => {
  const { server, root, git } = await stage(t);
  const repository = server.createRepository('fleet.git', {
    files: { 'a.yaml': 'a: 1\n', 'bin/x': { mode: '100755', content: 'x' } },
  });
  await git('clone', '-q', server.urlOf('fleet.git'), 'work');
  writeFileSync(
    join(root, 'work/big'),
    Buffer.from(Array.from({ length: 3_000_000 }, (_, n) => (n * 2_654_435_761) >>> 24)),
  );
  await git('-C', 'work', 'add', '.');
  await git('-C', 'work', 'commit', '-q', '-m', 'mine');
  await git(
    '-C',
    'work',
    '-c',
    'http.postBuffer=65536',
    'push',
    '-q',
    'origin',
    'main',
    'main:refs/heads/copy',
  );
  assert.deepEqual(
    repository.log().map(({ author, message }) => `${author}: ${message.trim()}`),
    ['Me: mine', 'Somebody Else: setup'],
  );
  assert.equal(repository.head('copy'), repository.head());
  assert.deepEqual([...repository.files().keys()], ['a.yaml', 'big', 'bin/x']);
});

test('only those who are known come in, and readers may not push', async (t) => {
  const { server, git } = await stage(t, {
    users: { me: { password: 'pw' }, reader: { password: 'pw', access: 'read' } },
    tokens: ['tok'],
  });
  server.createRepository('fleet.git', { files: { a: 'a' } });
  const at = (user: string): string => server.urlOf('fleet.git').replace('//', `//${user}@`);
  await assert.rejects(git('ls-remote', server.urlOf('fleet.git')), /could not read Username/);
  await assert.rejects(git('ls-remote', at('me:wrong')), /Authentication failed/);
  await git('clone', '-q', '--bare', at('reader:pw'), 'copy');
  await assert.rejects(
    git('-C', 'copy', 'push', at('reader:pw'), 'main:refs/heads/x'),
    /returned error: 403/,
  );
  await git('-C', 'copy', 'push', '-q', at('me:pw'), 'main:refs/heads/x');
  await git(
    '-C',
    'copy',
    '-c',
    'http.extraHeader=Authorization: Bearer tok',
    'push',
    '-q',
    server.urlOf('fleet.git'),
    'main:refs/heads/y',
  );
});

test('misbehaviour takes the place of the real answer, and every request is noted', async (t) => {
  const { server, git } = await stage(t);
  server.createRepository('fleet.git', { files: { a: 'a' } });
  server.intercept = ({ service }) =>
    service === 'git-receive-pack' ? undefined : { status: 503, body: 'later' };
  await assert.rejects(git('ls-remote', server.urlOf('fleet.git')), /returned error: 503/);
  server.intercept = () => 'cut';
  await assert.rejects(git('ls-remote', server.urlOf('fleet.git')), /Empty reply/);
  server.intercept = undefined;
  assert.match(await git('ls-remote', server.urlOf('fleet.git')), /refs\/heads\/main/);
  assert.deepEqual(server.requests.map(({ method, service }) => `${method} ${service}`).slice(-2), [
    'GET git-upload-pack',
    'POST git-upload-pack',
  ]);
});

test('nobody gets out of the folder of the repositories', async (t) => {
  const { server, root } = await stage(t);
  server.createRepository('fleet.git', { files: { a: 'a' } });
  writeFileSync(join(root, 'secret'), 'secret');
  for (const path of [
    '/../secret',
    '/fleet.git/../../secret',
    '/%2e%2e/secret',
    '/fleet.git/%2e%2e/%2e%2e/secret',
    '/%zz',
  ]) {
    const answer = await fetch(`${server.url}${path}`).catch(() => undefined);
    assert.ok(answer === undefined || answer.status >= 400, path);
  }
});

test('history can be written by somebody else, removed from, and started anew', async (t) => {
  const { server } = await stage(t);
  const repository = server.createRepository('fleet.git', { branch: 'dev', files: { a: 'a', 'd/b': 'b' } });
  repository.commit(
    { a: null, link: { mode: '120000', content: 'd/b' } },
    { branch: 'dev', message: 'no newline' },
  );
  repository.commit(new Map([[Buffer.from('\xff\n"', 'latin1'), 'odd']]), { branch: 'dev' });
  assert.deepEqual([...repository.files('dev').keys()], ['d/b', 'link', '\xff\n"']);
  assert.equal(repository.log('dev')[1]?.message, 'no newline');
  repository.commit({ z: 'z' }, { branch: 'dev', orphan: true });
  assert.deepEqual([...repository.files('dev').keys()], ['z']);
  assert.equal(repository.log('dev').length, 1);
  assert.equal(repository.git('fsck', '--strict', '--no-dangling').toString(), '');
});
