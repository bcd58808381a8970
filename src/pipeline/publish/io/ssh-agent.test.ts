import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { sshFingerprint } from '../../../ssh/fingerprint.ts';
import { parsePrivateKey } from '../../../ssh/parse-private-key.ts';
import { keyFolder, sshKeygenMissing } from '../../../ssh/testing/ssh-keygen.ts';
import { SshAgent } from './ssh-agent.ts';

const skip = sshKeygenMissing();

interface Ended {
  readonly failed: boolean;
  readonly said: string;
}

/** Runs a program of OpenSSH with the agent, while this process goes on to be it. */
function runWith(socket: string, command: string, args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', SSH_AUTH_SOCK: socket };
  return new Promise((resolve) => {
    execFile(command, args, { env }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, said: stdout + stderr }),
    );
  });
}

test('the programs of OpenSSH see its key, and can use it for nothing but logins', { skip }, async (t) => {
  const folder = keyFolder(t);
  const file = folder.generate(['-t', 'ed25519']);
  const key = parsePrivateKey(file.privateKey);
  const socket = join(folder.path, 'agent');
  const agent = new SshAgent(key);
  await agent.listen(socket);
  t.after(async () => agent.close());
  const listed = await runWith(socket, 'ssh-add', ['-l']);
  assert.ok(listed.said.includes(sshFingerprint(key.publicBlob)), listed.said);
  const message = join(folder.path, 'message');
  writeFileSync(message, 'a commit');
  const signing = ['-Y', 'sign', '-n', 'git', '-f', `${file.path}.pub`, message];
  writeFileSync(file.path, ''); // Else the key would be taken from there.
  assert.equal((await runWith(socket, 'ssh-keygen', signing)).failed, true);
  assert.equal((await runWith(socket, 'ssh-add', ['-d', `${file.path}.pub`])).failed, true);
  await agent.close();
  assert.equal(existsSync(socket), false);
});

test('who sends nonsense is cut off, and the others are served', { skip }, async (t) => {
  const folder = keyFolder(t);
  const socket = join(folder.path, 'agent');
  const agent = new SshAgent(parsePrivateKey(folder.generate(['-t', 'ed25519']).privateKey));
  await agent.listen(socket);
  t.after(async () => agent.close());
  const rude = connect(socket);
  rude.on('error', () => undefined);
  rude.write(Buffer.from('ffffffff00', 'hex'));
  await once(rude, 'close');
  const polite = connect(socket);
  for (const byte of [0, 0, 0, 1, 11]) polite.write(Buffer.of(byte));
  const answer = await new Promise<Buffer>((resolve) => polite.once('data', resolve));
  assert.equal(answer[4], 12);
});
