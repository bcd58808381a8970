import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { authorizedKeyLine } from './authorized-key-line.ts';
import { bcryptPbkdf } from './bcrypt-pbkdf.ts';
import { sshFingerprint } from './fingerprint.ts';
import { parsePrivateKey } from './parse-private-key.ts';
import { SshKeyError, type SshKeyProblem } from './ssh-key-error.ts';
import { sshPrivateKey } from './ssh-private-key.ts';
import { keyFolder, sshKeygenMissing } from './testing/ssh-keygen.ts';

const skip = sshKeygenMissing();
const passphrase = 'correct horse battery staple';

const types = [
  ['-t', 'rsa', '-b', '2048'],
  ['-t', 'ecdsa', '-b', '256'],
  ['-t', 'ecdsa', '-b', '384'],
  ['-t', 'ecdsa', '-b', '521'],
  ['-t', 'ed25519'],
];
const ciphers = [
  'aes256-ctr',
  'aes256-cbc',
  'aes128-ctr',
  'aes256-gcm@openssh.com',
  'aes128-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
];

for (const type of types) {
  for (const form of type[1] === 'ed25519' ? [[]] : [[], ['-m', 'PEM'], ['-m', 'PKCS8']]) {
    const args = [...type, ...form];
    test(`a key of ssh-keygen ${args.join(' ')} is read, with a passphrase and without`, { skip }, (t) => {
      const folder = keyFolder(t);
      for (const secret of [undefined, passphrase]) {
        const file = folder.generate(args, secret);
        const key = parsePrivateKey(file.privateKey, secret);
        assert.equal(`${authorizedKeyLine(key, 'somebody')}\n`, file.publicKey);
        const [bits, shown] = execFileSync('ssh-keygen', ['-l', '-f', `${file.path}.pub`], {
          encoding: 'utf8',
        }).split(' ');
        assert.deepEqual([String(key.bits), sshFingerprint(key.publicBlob)], [bits, shown]);
        if (secret === undefined) continue;
        assert.equal(problemOf(file.privateKey), 'passphrase-missing');
        assert.equal(problemOf(file.privateKey, ''), 'passphrase-missing');
        assert.equal(problemOf(file.privateKey, 'wrong'), 'passphrase-wrong');
      }
    });
  }
}

for (const cipher of ciphers) {
  test(`a key that is encrypted by ${cipher} is read, and a wrong passphrase known`, { skip }, (t) => {
    const file = keyFolder(t).generate(['-t', 'ed25519', '-Z', cipher, '-a', '4'], passphrase);
    assert.equal(
      `${authorizedKeyLine(parsePrivateKey(file.privateKey, passphrase), 'somebody')}\n`,
      file.publicKey,
    );
    assert.equal(problemOf(file.privateKey, 'wrong'), 'passphrase-wrong');
  });
}

test('Ed25519 in PKCS#8 is read, plain and encrypted', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const plain = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  assert.deepEqual(
    parsePrivateKey(encrypted.toString(), passphrase).publicBlob,
    parsePrivateKey(plain.toString()).publicBlob,
  );
});

test('line ends of Windows, a missing last one and text around the key do no harm', { skip }, (t) => {
  const folder = keyFolder(t);
  for (const args of [
    ['-t', 'ed25519'],
    ['-t', 'rsa', '-m', 'PEM'],
  ]) {
    const { privateKey } = folder.generate(args);
    const same = parsePrivateKey(privateKey).publicBlob;
    for (const text of [
      privateKey.replaceAll('\n', '\r\n'),
      privateKey.trim(),
      `# my key\n\n${privateKey}\n\n`,
    ])
      assert.deepEqual(parsePrivateKey(text).publicBlob, same);
  }
});

test('what is no private key is named as what it is', { skip }, (t) => {
  const folder = keyFolder(t);
  const { privateKey, publicKey, path } = folder.generate(['-t', 'ed25519']);
  const pemPublic = execFileSync('ssh-keygen', [
    '-e',
    '-m',
    'PKCS8',
    '-f',
    folder.generate(['-t', 'rsa']).path,
  ]);
  const rfc4716 = execFileSync('ssh-keygen', ['-e', '-f', path]);
  const lines = privateKey.split('\n');
  const middle = lines[2] ?? '';
  const rows: readonly (readonly [string, SshKeyProblem])[] = [
    [publicKey, 'public-key'],
    [pemPublic.toString(), 'public-key'],
    [rfc4716.toString(), 'public-key'],
    ['', 'unreadable'],
    ['hello', 'unreadable'],
    [lines.slice(0, 4).join('\n'), 'unreadable'],
    [lines.filter((line) => line !== middle).join('\n'), 'unreadable'],
    ['-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n', 'unreadable'],
    ['PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', 'unsupported'],
    [pem(generateKeyPairSync('ed448').privateKey), 'unsupported'],
    [pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'unsupported'],
    [folder.generate(['-t', 'ed25519', '-a', '301'], passphrase).privateKey, 'unsupported'],
  ];
  for (const [text, problem] of rows) assert.equal(problemOf(text, passphrase), problem, text);
});

test('RSA signs by SHA-2 alone', () => {
  const key = parsePrivateKey(pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey));
  assert.match(key.sign(Buffer.of(1)).toString('latin1'), /rsa-sha2-512/);
  assert.match(key.sign(Buffer.of(1), 'rsa-sha2-256').toString('latin1'), /rsa-sha2-256/);
  assert.throws(() => key.sign(Buffer.of(1), 'ssh-rsa'), RangeError);
});

test('what would take minutes to decrypt or to sign with is refused at once', () => {
  const field = (tag: number, ...content: readonly Buffer[]): Buffer => {
    const bytes = Buffer.concat(content);
    return Buffer.concat([Buffer.of(tag, bytes.length), bytes]);
  };
  const sequence = (...content: readonly Buffer[]): Buffer => field(0x30, ...content);
  const oid = (hex: string): Buffer => field(0x06, Buffer.from(hex, 'hex'));
  const derivation = sequence(field(0x04, Buffer.alloc(8)), field(0x02, Buffer.from('40000000', 'hex')));
  const encryption = sequence(oid('60864801650304012a'), field(0x04, Buffer.alloc(16)));
  const scheme = sequence(sequence(oid('2a864886f70d01050c'), derivation), encryption);
  const der = sequence(sequence(oid('2a864886f70d01050d'), scheme), field(0x04, Buffer.alloc(64)));
  const text = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${der.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
  assert.equal(problemOf(text, passphrase), 'unsupported');
  const n = Buffer.concat([Buffer.of(0x80), Buffer.alloc(2100), Buffer.of(1)]).toString('base64url');
  const huge = createPrivateKey({
    key: { kty: 'RSA', n, e: 'AQAB', d: 'Aw', p: 'Aw', q: 'BQ', dp: 'AQ', dq: 'AQ', qi: 'AQ' },
    format: 'jwk',
  });
  assert.throws(() => sshPrivateKey(huge), { problem: 'unsupported', message: /RSA with 16816 bits/ });
});

test('the key derivation agrees with a known answer', () => {
  const key = bcryptPbkdf(Buffer.from('password'), { salt: Buffer.from('salt'), rounds: 4, length: 32 });
  assert.equal(key.toString('hex'), '5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9');
});

function pem(key: ReturnType<typeof generateKeyPairSync>['privateKey']): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function problemOf(text: string, secret?: string): SshKeyProblem | 'none' {
  try {
    parsePrivateKey(text, secret);
    return 'none';
  } catch (error) {
    assert.ok(error instanceof SshKeyError, String(error));
    return error.problem;
  }
}
