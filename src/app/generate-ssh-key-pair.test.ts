import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { authorizedKeyLine } from '../ssh/authorized-key-line.ts';
import { parsePrivateKey } from '../ssh/parse-private-key.ts';
import { keyFolder, sshKeygenMissing } from '../ssh/testing/ssh-keygen.ts';
import { generateSshKeyPair, type SshKeyKind } from './generate-ssh-key-pair.ts';

const kinds: readonly SshKeyKind[] = [
  { algorithm: 'rsa', bits: 2048 },
  { algorithm: 'ecdsa', curve: 'p256' },
  { algorithm: 'ecdsa', curve: 'p384' },
  { algorithm: 'ecdsa', curve: 'p521' },
  { algorithm: 'ed25519' },
];

for (const kind of kinds) {
  test(
    `ssh-keygen reads a new key pair: ${JSON.stringify(kind)}`,
    { skip: sshKeygenMissing() },
    async (t) => {
      const pair = await generateSshKeyPair(kind, 'tidemark');
      assert.equal(`${authorizedKeyLine(parsePrivateKey(pair.privateKey), 'tidemark')}\n`, pair.publicKey);
      const file = join(keyFolder(t).path, 'made');
      writeFileSync(file, pair.privateKey, { mode: 0o600 });
      assert.equal(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }), pair.publicKey);
    },
  );
}
