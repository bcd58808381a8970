import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { keyFolder, sshKeygenMissing } from '../ssh/testing/ssh-keygen.ts';
import { runProgram, type ProgramRun } from './testing/run-program.ts';

function workspace(t: Pick<TestContext, 'after'>): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-create-source-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, 'objects'));
  return path;
}

function create(words: string, cwd: string, input = ''): ProgramRun {
  return runProgram(['create', 'source', 'git', 'fleet', '--branch=main', ...words.split(' ')], {
    cwd,
    input,
  });
}

test('with a user name and a password the Secret is made, too', (t) => {
  const cwd = workspace(t);
  const words =
    '--url=https://git.example.com/fleet.git -u robot --password-file - -f objects --secrets secrets';
  const { code, stderr } = create(words, cwd, 'CANARY-pw\n');
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(join(cwd, 'secrets/flux-system/fleet/password'), 'utf8'), 'CANARY-pw');
  const [file = ''] = readdirSync(join(cwd, 'objects')).filter((name) => name.endsWith('.yaml'));
  assert.match(readFileSync(join(cwd, 'objects', file), 'utf8'), /secretRef:\n {4}name: fleet\n/);
  assert.match(
    stderr,
    /^► applying secret with repository credentials\n {2}\S+\n✔ authentication configured\n✚ generating GitRepository source\n/,
  );
  assert.doesNotMatch(stderr, /CANARY/);
  const again = create(words, cwd, 'other');
  assert.equal(again.code, 2);
  assert.match(again.stderr, /✗ GitRepository flux-system\/fleet exists already: it is defined in/);
  assert.equal(readFileSync(join(cwd, 'secrets/flux-system/fleet/password'), 'utf8'), 'CANARY-pw');
});

test('an ssh URL makes a key without being asked to', { skip: sshKeygenMissing() }, (t) => {
  const cwd = workspace(t);
  const { publicKey } = keyFolder(t).generate(['-t', 'ed25519']);
  writeFileSync(join(cwd, 'known_hosts'), `git.example.com ${publicKey}`);
  const words = '--url=ssh://git@git.example.com/fleet.git --known-hosts-file=known_hosts -f objects';
  const placeless = create(words, cwd);
  assert.equal(placeless.code, 2);
  assert.match(
    placeless.stderr,
    /✗ where shall the Secret be written\?[\s\S]*or name one that is there with --secret-ref/,
  );
  const { code, stderr } = create(`${words} --secrets secrets`, cwd);
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(join(cwd, 'secrets/flux-system/fleet')), [
    'identity',
    'identity.pub',
    'known_hosts',
  ]);
  assert.match(stderr, /^✚ deploy key: ecdsa-sha2-nistp384 /);
});

test('with --secret-ref nothing is made', (t) => {
  const cwd = workspace(t);
  const { code, stderr } = create('--url=ssh://git@x/y --secret-ref=key -f objects', cwd);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^✚ generating GitRepository source\n/);
});

for (const [words, sentence] of [
  [
    '--url=https://x/y -u me -p pw --export',
    '--export prints the GitRepository alone, and what --username says would be lost',
  ],
  ['--url=https://x/y --ca-file=x --export', '--export prints the GitRepository alone'],
  [
    '--url=https://x/y -u me --secret-ref=s --export',
    '--username makes a Secret, and --secret-ref names one',
  ],
  ['--url=https://x/y -u me --provider=github --export', '--username is for provider generic: github has'],
] as const) {
  test(`create source git ${words} is refused`, (t) => {
    const { code, stdout, stderr } = create(words, workspace(t));
    assert.deepEqual([code, stdout], [2, '']);
    assert.ok(stderr.startsWith(`✗ ${sentence}`), stderr);
  });
}
