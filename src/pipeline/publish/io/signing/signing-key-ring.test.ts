import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { keyFolder, sshKeygenMissing } from '../../../../ssh/testing/ssh-keygen.ts';
import type { SigningMaterial } from '../../ports.ts';
import { gnupgMissing, startGnupg, type Gnupg, type NewKey } from '../testing/gnupg.ts';
import { SigningKeyRing } from './signing-key-ring.ts';

const gnupg = { skip: gnupgMissing() };
const sshKeygen = { skip: sshKeygenMissing() };
const where = "signing key secret 'key': ";

function material(key: string, passphrase?: string, type: 'gpg' | 'ssh' = 'gpg'): SigningMaterial {
  return {
    type,
    secret: { namespace: 'apps', name: 'key' },
    key: Buffer.from(key),
    ...(passphrase === undefined ? {} : { passphrase: Buffer.from(passphrase) }),
  };
}

const open = async (given: SigningMaterial, now = new Date()): Promise<unknown> =>
  new SigningKeyRing({ now: () => now }).open(given);

async function refuses(given: SigningMaterial, message: string | RegExp): Promise<void> {
  await assert.rejects(open(given), { name: 'TidemarkError', code: 'CredentialsInvalid', message });
}

function key(
  t: TestContext,
  wanted: NewKey,
): { readonly gpg: Gnupg; readonly id: string; readonly secret: string } {
  const gpg = startGnupg(t);
  const id = gpg.generate(wanted);
  const { passphrase } = wanted;
  return { gpg, id, secret: gpg.exportSecret(id, passphrase === undefined ? {} : { passphrase }) };
}

test(
  'a key without its passphrase, or with another one, is told as Flux and people would',
  gnupg,
  async (t) => {
    const { id, secret } = key(t, { algorithm: 'ed25519', passphrase: 'CANARY right' });
    const missing =
      "can not use passphrase protected signing key without 'passphrase' field present in secret key";
    await refuses(material(secret), missing);
    const short = id.slice(-16);
    await refuses(
      material(secret, 'CANARY wrong'),
      `${where}the 'passphrase' does not open the key ${short}`,
    );
    await refuses(
      material(secret, 'CANARY right\n'),
      `${where}the 'passphrase', which ends in a line break, does not open the key ${short}`,
    );
    await open(material(secret, 'CANARY right'));
  },
);

test('a public key, several keys, no key and a damaged one are told apart', gnupg, async (t) => {
  const { gpg, id, secret } = key(t, { algorithm: 'ed25519' });
  await refuses(
    material(gpg.exportPublic(id)),
    `${where}'git.asc' holds the public key ${id.slice(-16)} in place of the private one; export that with: gpg --armor --export-secret-keys ${id.slice(-16)}`,
  );
  gpg.generate({ algorithm: 'ed25519' });
  await refuses(
    material(gpg.gpg('--armor', '--export-secret-keys')),
    "multiple entities read from secret 'key', could not determine which signing key to use",
  );
  const none = `${where}'git.asc' holds no armored OpenPGP key; export one with: gpg --armor --export-secret-keys KEY`;
  await refuses(material('CANARY'), none);
  await refuses(material(''), none);
  await refuses(material(secret.slice(0, secret.length / 2)), none);
});

test('an expired key, a revoked one and one from the future are named with the time', gnupg, async (t) => {
  const gpg = startGnupg(t);
  const old = gpg.generate({ algorithm: 'ed25519', at: '20200101T000000', expires: '20200301T000000' });
  await refuses(
    material(gpg.exportSecret(old)),
    `${where}the key ${old.slice(-16)} expired at 2020-03-01T00:00:00.000Z; give it more time with gpg --quick-set-expire and export it again`,
  );
  const coming = gpg.generate({ algorithm: 'ed25519', at: '20990101T000000' });
  await refuses(
    material(gpg.gpg('--faked-system-time', '20990102T000000', '--armor', '--export-secret-keys', coming)),
    `${where}the key ${coming.slice(-16)} was made at 2099-01-01T00:00:00.000Z, which is in the future by the clock of this machine`,
  );
  const { generateKey, revokeKey } = await import('openpgp');
  const { privateKey } = await generateKey({ userIDs: [{ name: 'Bot' }], format: 'object' });
  const revoked = await revokeKey({ key: privateKey });
  const id = privateKey.getKeyID().toHex().toUpperCase();
  await refuses(material(revoked.privateKey), `${where}the key ${id} is revoked`);
});

test(
  'of the parts of a key the newest that may sign is taken, and without one the reason is given',
  gnupg,
  async (t) => {
    const gpg = startGnupg(t);
    const certifying = gpg.generate({ algorithm: 'ed25519', usage: 'cert' });
    await refuses(
      material(gpg.exportSecret(certifying)),
      `${where}no part of the key ${certifying.slice(-16)} may sign, neither the primary key nor a subkey`,
    );
    const lapsed = gpg.generate({
      algorithm: 'ed25519',
      usage: 'cert',
      at: '20200101T000000',
      subkey: { algorithm: 'ed25519', expires: '20200301T000000' },
    });
    await refuses(
      material(gpg.exportSecret(lapsed)),
      /: its signing subkey \w{16} expired at 2020-03-01T00:00:00\.000Z; /,
    );
    const weak = gpg.generate({ algorithm: 'rsa1024' });
    await refuses(material(gpg.exportSecret(weak)), /may sign, .*: RSA keys shorter than 2047 bits/);
    const split = gpg.generate({ algorithm: 'ed25519', subkey: { algorithm: 'rsa2048' } });
    await open(material(gpg.exportSecret(split, { subkeys: true })));
    const bare = gpg.generate({ algorithm: 'ed25519' });
    gpg.gpg('--passphrase', '', '--quick-add-key', bare, 'cv25519', 'encr', 'never');
    await refuses(
      material(gpg.exportSecret(bare, { subkeys: true })),
      /: it holds the private part of no key that may sign; export all of it with: gpg /,
    );
  },
);

test(
  'a key is unlocked once for each content of its Secret, and its end is noticed all the same',
  gnupg,
  async (t) => {
    const { secret } = key(t, { algorithm: 'ed25519', passphrase: 'right', expires: '1y' });
    let now = new Date();
    const ring = new SigningKeyRing({ now: () => now });
    const sign = await ring.open(material(secret, 'right'));
    assert.match(await sign(Buffer.from('x')), /^-----BEGIN PGP SIGNATURE-----\n/);
    await assert.rejects(ring.open(material(secret, 'wrong')), /does not open/);
    await Promise.all([1, 2, 3].map(async () => ring.open(material(secret, 'right'))));
    now = new Date(now.getTime() + 400 * 24 * 3_600_000);
    await assert.rejects(ring.open(material(secret, 'right')), /expired at/);
    await assert.rejects(sign(Buffer.from('x')), {
      code: 'GitFailed',
      message: /^failed to sign the commit: .*expired at/,
    });
  },
);

test('an SSH key is refused by what is wrong with it', sshKeygen, async (t) => {
  const keys = keyFolder(t);
  const { privateKey, publicKey } = keys.generate(['-t', 'ed25519'], 'CANARY right');
  const missing =
    "can not use passphrase protected signing key without 'password' field present in secret key";
  await refuses(material(privateKey, undefined, 'ssh'), missing);
  await refuses(
    material(privateKey, 'CANARY wrong', 'ssh'),
    /^signing key secret 'key': key 'identity' cannot be decrypted: the passphrase is wrong$/,
  );
  await refuses(
    material(publicKey, undefined, 'ssh'),
    /^signing key secret 'key': key 'identity' is a public key, /,
  );
  const short = keys.generate(['-t', 'rsa', '-b', '1024']);
  await refuses(
    material(short.privateKey, undefined, 'ssh'),
    /'identity' is an RSA key of 1024 bits, too short/,
  );
});
