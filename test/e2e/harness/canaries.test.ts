import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createBareRepository } from './bare-repository.ts';
import { canaries } from './canaries.ts';
import { git } from './git.ts';
import { guardGit } from './git-guard.ts';
import { guardSsh } from './ssh-guard.ts';
import { sshServerMissing } from './ssh-server.ts';
import { createWorkspace } from './workspace.ts';

const planted = canaries(['CANARY-git-pw', 'CANARY/reg+pw']);

test('a secret is found as it is, in a URL, in hex, and in base64 whatever stands before it', () => {
  for (const before of ['', 'u', 'us', 'use', 'user:', 'robot:']) {
    const encoded = Buffer.from(`${before}CANARY-git-pw`).toString('base64');
    assert.notDeepEqual(planted.searchBytes('header', `Basic ${encoded}`), [], `after "${before}"`);
  }
  assert.notDeepEqual(planted.searchBytes('url', `http://u:${encodeURIComponent('CANARY/reg+pw')}@host`), []);
  assert.notDeepEqual(planted.searchBytes('hex', Buffer.from('CANARY-git-pw').toString('hex')), []);
  assert.deepEqual(planted.searchBytes('log', 'CANARY-git-pv, Q0FOQVJZ'), []);
});

test('a secret is found in files, in their names, and in compressed Git objects that nothing refers to', (t) => {
  const workspace = createWorkspace(t);
  const { path } = createBareRepository(workspace.path('state', 'mirror.git'), ['main'], {
    'a.yaml': 'a: 1\n',
  });
  assert.deepEqual(planted.searchFolder(workspace.root), []);

  git(path, ['hash-object', '-w', '--stdin'], 'password: CANARY-git-pw\n');
  workspace.write(
    'state/objects.sqlite',
    Buffer.concat([Buffer.from([0, 255, 1]), Buffer.from('CANARY/reg+pw'), Buffer.from([0])]),
  );
  workspace.write('tmp/askpass-CANARY-git-pw', '');
  const leaks = planted
    .searchFolder(workspace.root)
    .map(({ secret, where }) => [secret, where.slice(workspace.root.length)]);
  assert.equal(leaks.length, 3);
  assert.deepEqual(
    planted.searchFolder(workspace.root, (file) => file.includes('state') || file.includes('askpass')),
    [],
  );
});

test('the guard in front of git sees arguments, arguments of its children, and files that exist only for a moment', (t) => {
  const workspace = createWorkspace(t);
  const guard = guardGit(workspace, planted, ['tmp']);
  const run = (...args: string[]): unknown => {
    try {
      return execFileSync('git', args, {
        env: { PATH: `${guard.folder}:${process.env['PATH']}` },
        stdio: 'ignore',
      });
    } catch {
      return undefined;
    }
  };
  run('--version');
  assert.equal(guard.calls(), 1);
  assert.deepEqual(guard.leaks(), []);

  workspace.write('tmp/askpass.sh', 'echo CANARY-git-pw');
  run('--version');
  assert.match(guard.leaks()[0]?.where ?? '', /askpass/);

  run('ls-remote', 'http://user:CANARY%2Freg%2Bpw@127.0.0.1:1/x.git');
  const places = guard.leaks().map(({ where }) => where);
  assert.ok(places.includes('arguments of git'));
  assert.ok(places.includes('arguments of the children of git'));
});

test(
  'the guard in front of ssh sees arguments, environments, and files that exist only for a moment',
  { skip: sshServerMissing() },
  (t) => {
    const workspace = createWorkspace(t);
    const secret = `CANARY-${randomUUID()}`;
    const guard = guardSsh(workspace, canaries([secret]), ['tmp']);
    const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): unknown =>
      execFileSync('ssh', ['-V', ...args], {
        env: { PATH: `${guard.folder}:${process.env['PATH']}`, ...env },
        stdio: 'ignore',
      });
    const places = (): readonly string[] => guard.leaks().map(({ where }) => where);
    run([]);
    assert.equal(guard.calls(), 1);
    assert.deepEqual(guard.leaks(), []);

    workspace.write('tmp/key', secret);
    run([]);
    assert.match(places()[0] ?? '', /tmp\/key$/);

    run([secret], { PASSPHRASE: secret });
    assert.ok(places().includes('arguments of ssh'));
    assert.ok(places().includes('environment of ssh'));
    if (process.platform === 'linux') assert.ok(places().some((where) => where.startsWith('/proc/')));
  },
);
