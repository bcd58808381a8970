import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { createBareRepository } from '../../../test/e2e/harness/bare-repository.ts';
import {
  type RunningSshServer,
  sshServerMissing,
  startSshServer,
} from '../../../test/e2e/harness/ssh-server.ts';
import { runProgram } from '../testing/run-program.ts';
import { laySecret, runCheck } from './testing/run-check.ts';

const skip = sshServerMissing();

interface Stage {
  readonly folder: string;
  readonly server: RunningSshServer;
  readonly url: string;
  /** Lets the owner of a key in, for these commands. */
  admit(publicKey: string, command?: string): void;
}

async function stage(t: TestContext): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-check-ssh-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'secrets'));
  const root = join(folder, 'server');
  const server = await startSshServer(t, root);
  createBareRepository(join(server.folder, 'fleet.git'), ['main'], { 'a.yaml': 'a: 1\n' });
  const readOnly = join(root, 'read-only');
  writeFileSync(
    readOnly,
    `#!/bin/sh\ncase "$SSH_ORIGINAL_COMMAND" in git-receive-pack*) echo 'ERROR: this key is marked as read only, write access denied' >&2; exit 1;; esac\nexec "${root}/git-only"\n`,
  );
  chmodSync(readOnly, 0o755);
  return {
    folder,
    server,
    url: `${server.url}/fleet.git`,
    admit: (publicKey, command = 'git-only') =>
      appendFileSync(
        join(root, 'authorized_keys'),
        `restrict,command="${root}/${command}" ${publicKey.trimEnd()}\n`,
      ),
  };
}

/** A Secret as the program makes it; returns its public key. */
function makeSecret({ folder, url }: Stage, name: string): string {
  const words = ['create', 'secret', 'git', name, `--url=${url}`, '--secrets', 'secrets', '--silent'];
  const { code, stderr } = runProgram(words, { cwd: folder });
  assert.equal(code, 0, stderr);
  return readFileSync(join(folder, 'secrets/flux-system', name, 'identity.pub'), 'utf8');
}

suite('check --git over ssh', { skip }, () => {
  test('with the Secret that create secret has made, once its key is let in', async (t) => {
    const at = await stage(t);
    const publicKey = makeSecret(at, 'key');
    const flags = { git: at.url, secret: 'key', secrets: 'secrets' };
    const stranger = await runCheck(flags, at);
    assert.equal(stranger.code, 1);
    assert.match(
      stranger.lines.join('\n'),
      /✗ unable to clone .*permission denied \(publickey\).*\n {2}see the message: a key/,
    );
    at.admit(publicKey);
    const { code, lines } = await runCheck(flags, at);
    assert.deepEqual(lines, [
      `► checking Git repository ${at.url}`,
      '✔ credentials: a key from Secret flux-system/key',
      `✔ connected to ${at.server.host}`,
      '✔ may read: 1 branch, 1 ref in all',
      '✔ may write: the server is ready to take a push (protection of branches and hooks show only when one is made)',
      '✔ all checks passed',
    ]);
    assert.equal(code, 0);
  });

  test('a key that may only read', async (t) => {
    const at = await stage(t);
    at.admit(makeSecret(at, 'key'), 'read-only');
    const { code, lines } = await runCheck({ git: at.url, secret: 'key', secrets: 'secrets' }, at);
    assert.equal(code, 1);
    assert.match(
      lines.join('\n'),
      /✔ may read: .*\n✗ may not write: .*read only.*\n {2}add the public key as a deploy key with write access/,
    );
  });

  test('a host key that is not the one in known_hosts', async (t) => {
    const at = await stage(t);
    const key = at.server.newKey(['-t', 'ed25519']);
    const other = at.server.newKey(['-t', 'ed25519'], { stranger: true });
    laySecret(at.folder, 'other', { identity: key.privateKey, known_hosts: at.server.knownHosts(other) });
    const { code, lines } = await runCheck({ git: at.url, secret: 'other', secrets: 'secrets' }, at);
    assert.equal(code, 1);
    assert.match(
      lines.join('\n'),
      new RegExp(
        `✗ .*the host key of '${at.server.host}' is not the one in known_hosts.*${at.server.hostKey.fingerprint.replaceAll(/[+/]/g, '\\$&')}`,
      ),
    );
  });

  test('no Secret at all', async (t) => {
    const at = await stage(t);
    const { code, lines } = await runCheck({ git: at.url }, at);
    assert.equal(code, 1);
    assert.match(lines[1] ?? '', /^✗ credentials: /);
    assert.match(lines[2] ?? '', /tidemark create secret git NAME --url=ssh:/);
  });
});
