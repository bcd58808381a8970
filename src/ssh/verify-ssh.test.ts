import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePrivateKey } from './parse-private-key.ts';
import { signSsh } from './sign-ssh.ts';
import { keyFolder, sshKeygenMissing } from './testing/ssh-keygen.ts';
import { parseSshSignature } from './verify-ssh.ts';
import { wire } from './wire.ts';

const sshKeygen = { skip: sshKeygenMissing() };
const message = Buffer.from('tree 0000\n\nhello\n');

const kinds = [
  ['-t', 'ed25519'],
  ['-t', 'rsa', '-b', '2048'],
  ['-t', 'ecdsa', '-b', '256'],
  ['-t', 'ecdsa', '-b', '384'],
  ['-t', 'ecdsa', '-b', '521'],
];

for (const kind of kinds) {
  test(
    `a signature of ssh-keygen ${kind.join(' ')} is good for its message and purpose alone`,
    sshKeygen,
    (t) => {
      const keys = keyFolder(t);
      const { path, privateKey, publicKey } = keys.generate(kind);
      const armored = execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', 'git', '-f', path], {
        input: message,
        encoding: 'utf8',
        stdio: 'pipe',
      });
      for (const text of [armored, signSsh(parsePrivateKey(privateKey), message)]) {
        const signature = parseSshSignature(text);
        assert.equal(signature?.publicBlob.toString('base64'), publicKey.split(' ')[1]);
        assert.equal(signature?.verify(message, 'git'), true);
        assert.equal(signature?.verify(message, 'file'), false);
        assert.equal(signature?.verify(Buffer.concat([message, message]), 'git'), false);
      }
    },
  );
}

test('a signature of a security key is good, to ssh-keygen as well', sshKeygen, (t) => {
  const keys = keyFolder(t);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const type = 'sk-ssh-ed25519@openssh.com';
  const blob = Buffer.concat([wire.string(type), wire.string(point), wire.string('ssh:')]);
  const sha = (name: string, bytes: Buffer): Buffer => createHash(name).update(bytes).digest();
  const about = [wire.string('git'), wire.string(''), wire.string('sha512')];
  const data = Buffer.concat([Buffer.from('SSHSIG'), ...about, wire.string(sha('sha512', message))]);
  const touched = Buffer.of(1, 0, 0, 0, 7);
  const signed = sign(
    null,
    Buffer.concat([sha('sha256', Buffer.from('ssh:')), touched, sha('sha256', data)]),
    privateKey,
  );
  const signature = Buffer.concat([wire.string(type), wire.string(signed), touched]);
  const body = [Buffer.from('SSHSIG'), wire.uint32(1), wire.string(blob), ...about, wire.string(signature)];
  const text = `-----BEGIN SSH SIGNATURE-----\n${Buffer.concat(body).toString('base64').replaceAll(/.{70}/g, '$&\n')}\n-----END SSH SIGNATURE-----\n`;
  assert.equal(parseSshSignature(text)?.verify(message, 'git'), true);
  assert.equal(parseSshSignature(text)?.verify(message.subarray(1), 'git'), false);
  const [allowed, file] = [join(keys.path, 'allowed'), join(keys.path, 'signature')];
  writeFileSync(allowed, `me ${type} ${blob.toString('base64')}\n`);
  writeFileSync(file, text);
  const args = ['-Y', 'verify', '-q', '-n', 'git', '-f', allowed, '-I', 'me', '-s', file];
  execFileSync('ssh-keygen', args, { input: message });
});

test('what is cut off or changed is no signature, or not a good one', sshKeygen, (t) => {
  const { privateKey } = keyFolder(t).generate(['-t', 'ed25519']);
  const good = signSsh(parsePrivateKey(privateKey), message);
  const body = Buffer.from(good.replaceAll(/-----.*-----/g, ''), 'base64');
  const armored = (bytes: Buffer): string =>
    `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64')}\n-----END SSH SIGNATURE-----\n`;
  assert.equal(parseSshSignature(armored(body))?.verify(message, 'git'), true);
  for (let length = 0; length < body.length; length++)
    assert.notEqual(parseSshSignature(armored(body.subarray(0, length)))?.verify(message, 'git'), true);
  for (let at = 0; at < body.length; at++) {
    const changed = Buffer.from(body);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.notEqual(parseSshSignature(armored(changed))?.verify(message, 'git'), true, `byte ${at}`);
  }
  assert.equal(parseSshSignature('nothing'), undefined);
});
