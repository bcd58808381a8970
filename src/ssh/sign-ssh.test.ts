import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { authorizedKeyLine } from './authorized-key-line.ts';
import { parsePrivateKey } from './parse-private-key.ts';
import { signSsh } from './sign-ssh.ts';
import { SshKeyError } from './ssh-key-error.ts';
import { keyFolder, sshKeygenMissing } from './testing/ssh-keygen.ts';

const skip = sshKeygenMissing();
const message = Buffer.from('tree 0\n\na commit with \0 and ä in it\n');

for (const args of [
  ['-t', 'rsa', '-b', '2048'],
  ['-t', 'ecdsa', '-b', '256'],
  ['-t', 'ecdsa', '-b', '384'],
  ['-t', 'ecdsa', '-b', '521'],
  ['-t', 'ed25519'],
]) {
  test(`ssh-keygen takes signatures by a key of ${args.join(' ')}`, { skip }, (t) => {
    const folder = keyFolder(t);
    const key = parsePrivateKey(folder.generate(args).privateKey);
    const allowed = join(folder.path, 'allowed');
    const signature = join(folder.path, 'signature');
    writeFileSync(allowed, `bot@example.com ${authorizedKeyLine(key)}\n`);
    const verify = (namespace: string, input: Buffer): number | null => {
      const about = ['-f', allowed, '-I', 'bot@example.com', '-n', namespace, '-s', signature];
      return spawnSync('ssh-keygen', ['-Y', 'verify', ...about], { input }).status;
    };
    for (let round = 0; round < 8; round++) {
      // ECDSA's numbers have another length now and then.
      writeFileSync(signature, signSsh(key, message));
      assert.equal(verify('git', message), 0);
    }
    assert.notEqual(verify('git', Buffer.concat([message, Buffer.from(' ')])), 0);
    assert.notEqual(verify('file', message), 0);
    writeFileSync(signature, signSsh(key, message, 'file'));
    assert.equal(verify('file', message), 0);
  });
}

test('an RSA key that is too short does not sign', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const key = parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  assert.throws(
    () => signSsh(key, message),
    (error) => error instanceof SshKeyError && error.problem === 'unsupported' && /1024/.test(error.message),
  );
});
