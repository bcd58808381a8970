import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import {
  type GitServer,
  type GitServerOptions,
  startGitServer,
} from '../../../test/fakes/git-server/git-server.ts';
import { makeCertificates } from '../../pipeline/publish/io/testing/certificates.ts';
import { laySecret, runCheck } from './testing/run-check.ts';

const password = 'CANARY-git-pw';
const users = {
  writer: { password, access: 'write' },
  reader: { password, access: 'read' },
} as const;

interface Stage {
  readonly folder: string;
  readonly server: GitServer;
  readonly url: string;
}

async function stage(t: TestContext, options: Partial<GitServerOptions> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-check-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['git', 'secrets']) mkdirSync(join(folder, name));
  const server = await startGitServer({ root: join(folder, 'git'), users, ...options });
  t.after(() => server.close());
  server.createRepository('fleet.git', { branch: 'main', files: { 'a.yaml': 'a: 1\n' } });
  for (const username of Object.keys(users)) laySecret(folder, username, { username, password });
  return { folder, server, url: server.urlOf('fleet.git') };
}

function refsOf({ folder }: Stage): string {
  return execFileSync('git', ['--git-dir', join(folder, 'git/fleet.git'), 'for-each-ref'], {
    encoding: 'utf8',
  });
}

suite('check --git goes the way of an automation, up to the push', () => {
  test('with the right to write: every step, and nothing is written', async (t) => {
    const at = await stage(t);
    const before = refsOf(at);
    const { code, lines } = await runCheck({ git: at.url, secret: 'writer', secrets: 'secrets' }, at);
    const { host } = new URL(at.url);
    assert.deepEqual(lines, [
      `► checking Git repository ${at.url}`,
      "✔ credentials: user 'writer' from Secret flux-system/writer",
      `✔ connected to ${host}`,
      '✔ may read: 1 branch, 1 ref in all',
      '✔ may write: the server is ready to take a push (protection of branches and hooks show only when one is made)',
      '✔ all checks passed',
    ]);
    assert.equal(code, 0);
    assert.equal(refsOf(at), before);
    const writes = at.server.requests.filter(({ service }) => service === 'git-receive-pack');
    assert.ok(writes.length > 0);
    assert.deepEqual(
      writes.filter(({ method }) => method === 'POST'),
      [],
    );
  });

  test('over TLS with an authority of its own, and a bearer token', async (t) => {
    const certificates = mkdtempSync(join(tmpdir(), 'tidemark-check-ca-'));
    t.after(() => rmSync(certificates, { recursive: true, force: true }));
    const made = makeCertificates(certificates);
    if (made === undefined) return t.skip('openssl is not installed');
    const at = await stage(t, { tls: made.server, tokens: ['CANARY-token'] });
    const unknown = await runCheck({ git: at.url }, at);
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.lines.join('\n'),
      /✗ TLS: the certificate of 127\.0\.0\.1 is from 'test-ca', which is trusted neither by this machine nor by the object \(\w+\)\n {2}if it is an authority of your own, put it as ca\.crt into the Secret/,
    );
    laySecret(at.folder, 'token', { bearerToken: 'CANARY-token', 'ca.crt': made.ca });
    const { code, lines } = await runCheck({ git: at.url, secret: 'token', secrets: 'secrets' }, at);
    assert.equal(lines[1], '✔ credentials: a bearer token from Secret flux-system/token');
    assert.match(
      lines[3] ?? '',
      /^✔ TLS 1\.\d: certificate from 'test-ca', .* trusted by ca\.crt of Secret flux-system\/token$/,
    );
    assert.match(lines.join('\n'), /^✔ may write/m);
    assert.doesNotMatch(lines.join('\n'), /CANARY/);
    assert.equal(code, 0);
    return undefined;
  });

  test('objects are found by name and by URL; what they check out is looked at, too', async (t) => {
    const at = await stage(t);
    const write = (branch: string): void =>
      writeFileSync(
        join(at.folder, 'objects.yaml'),
        `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {url: '${at.url}', interval: 5m, secretRef: {name: writer}, ref: {branch: ${branch}}}
`,
      );
    const home = {
      file: [join(at.folder, 'objects.yaml')],
      state: join(at.folder, 'state'),
      secrets: 'secrets',
    };
    write('main');
    for (const git of ['fleet', 'gitrepository/fleet', at.url]) {
      const { code, lines } = await runCheck({ git, ...home }, at);
      assert.equal(lines[0], `► checking Git repository ${at.url} (GitRepository flux-system/fleet)`);
      assert.match(lines.join('\n'), /^✔ spec\.ref is main@sha1:[0-9a-f]{40}$/m);
      assert.equal(code, 0);
    }
    write('release');
    const { code, lines } = await runCheck({ git: 'fleet', ...home }, at);
    assert.match(lines.join('\n'), /^✗ spec\.ref: .*release.*\n {2}there is refs\/heads\/main\n✔ may write/m);
    assert.equal(code, 1);
  });

  test('a repository of SHA-256 objects', async (t) => {
    const at = await stage(t);
    const path = join(at.folder, 'git/sha256.git');
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
      }).trim();
    git('init', '-q', '--bare', '--object-format=sha256', path);
    const tree = execFileSync('git', ['--git-dir', path, 'mktree'], { input: '', encoding: 'utf8' }).trim();
    git(
      '--git-dir',
      path,
      'update-ref',
      'refs/heads/main',
      git('--git-dir', path, 'commit-tree', '-m', 'x', tree),
    );
    const flags = { git: at.server.urlOf('sha256.git'), secret: 'writer', secrets: 'secrets' };
    const { code, lines } = await runCheck(flags, at);
    assert.match(lines.join('\n'), /^✔ may write/m);
    assert.equal(code, 0);
  });

  test('a repository on this machine', async (t) => {
    const at = await stage(t);
    const { code, lines } = await runCheck({ git: `file://${join(at.folder, 'git/fleet.git')}` }, at);
    assert.deepEqual([code, lines.length], [0, 5]);
  });
});

suite('check --git says at which step it ends, and what to do', () => {
  for (const [title, flags, said] of [
    [
      'a wrong password',
      { secret: 'wrong' },
      /✗ unable to clone .*authentication required: the credentials were refused\n {2}the server does not accept these credentials/,
    ],
    [
      'no credentials',
      {},
      /✗ unable to clone .*there are no credentials for it\n {2}name credentials: tidemark create secret git NAME --url=http:\/\/127/,
    ],
    [
      'the right to read, and not to write',
      { secret: 'reader' },
      /✔ may read: .*\n✗ may not write: authorization failed: the server answered 403.*\n {2}the token or the account needs the right to write/,
    ],
    [
      'no such repository',
      { secret: 'writer', git: 'nope.git' },
      /✗ unable to clone: repository not found.*\n {2}is the path right/,
    ],
    [
      'an empty repository',
      { secret: 'writer', git: 'empty.git' },
      /✗ unable to clone .*remote repository is empty.*\n {2}push a first commit to it/,
    ],
    [
      'no such Secret',
      { secret: 'nope' },
      /✗ credentials: .*failed to get secret 'flux-system\/nope'.*\n {2}Secrets belong into/,
    ],
  ] as const) {
    test(title, async (t) => {
      const at = await stage(t);
      laySecret(at.folder, 'wrong', { username: 'writer', password: 'CANARY-wrong' });
      execFileSync('git', ['init', '-q', '--bare', join(at.folder, 'git/empty.git')]);
      const git = 'git' in flags ? at.server.urlOf(flags.git) : at.url;
      const { code, lines } = await runCheck({ ...flags, git, secrets: 'secrets' }, at);
      assert.match(lines.join('\n'), said);
      assert.doesNotMatch(lines.join('\n'), /CANARY/);
      assert.deepEqual([code, lines.at(-1)], [1, '✗ check failed']);
    });
  }

  test('a name that nobody knows, and nobody who listens', async (t) => {
    const at = await stage(t);
    const unknown = await runCheck({ git: 'https://git.invalid/fleet.git' }, at);
    assert.match(unknown.lines[2] ?? '', /^✗ name git\.invalid: /);
    await at.server.close();
    const refused = await runCheck({ git: at.url }, at);
    assert.match(refused.lines[2] ?? '', /^✗ connection to 127\.0\.0\.1:\d+: connection refused$/);
    assert.deepEqual([unknown.code, refused.code], [1, 1]);
  });

  test('TLS where there is none', async (t) => {
    const at = await stage(t);
    const { code, lines } = await runCheck({ git: at.url.replace('http:', 'https:') }, at);
    assert.match(
      lines.join('\n'),
      /✗ TLS with 127\.0\.0\.1:\d+: .*\n {2}if the server has no TLS, write the URL with http:/,
    );
    assert.equal(code, 1);
  });
});

test('nothing is left behind', async (t) => {
  const at = await stage(t);
  const temporary = join(at.folder, 'tmp');
  mkdirSync(temporary);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = temporary;
  t.after(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  await runCheck({ git: at.url, secret: 'writer', secrets: 'secrets' }, at);
  await runCheck({ git: at.url, secret: 'reader', secrets: 'secrets' }, at);
  assert.deepEqual(readdirSync(temporary), []);
});
