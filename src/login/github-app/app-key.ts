import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { TidemarkError } from '../../model/errors.ts';

/** Reads the private key of an App: RSA, PKCS#1 or PKCS#8. Throws `LoginFailed`, and says what there is in its place. */
export function parseAppKey(pem: string): KeyObject {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  const refuse = (what: string): TidemarkError =>
    new TidemarkError(
      'LoginFailed',
      `could not parse private key: key 'githubAppPrivateKey' ${what}; it must be the .pem file that GitHub made under "Private keys" of the app's settings`,
    );
  if (pem === '') {
    throw new TidemarkError(
      'LoginFailed',
      "private key must be provided to use github app authentication: key 'githubAppPrivateKey' is empty",
    );
  }
  if (label === undefined) throw refuse('holds no PEM text');
  const instead = others.find(([pattern]) => pattern.test(label))?.[1];
  if (instead !== undefined) throw refuse(`holds ${instead}`);
  if (isEncrypted(pem, label)) throw refuse('is protected by a passphrase');
  const key = readKey(pem);
  if (key === undefined) throw refuse('is damaged');
  if (key.asymmetricKeyType !== 'rsa') throw refuse(`holds a key of type ${key.asymmetricKeyType}, not RSA`);
  return key;
}

/** The fingerprint of a key as GitHub shows it beside each private key of an App. */
export function appKeyFingerprint(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
}

const others: readonly (readonly [RegExp, string])[] = [
  [/PUBLIC KEY$/, 'a public key'],
  [/CERTIFICATE$/, 'a certificate'],
  [/^CERTIFICATE REQUEST$/, 'a certificate request'],
  [/^OPENSSH PRIVATE KEY$/, 'an OpenSSH key'],
  [/^PGP /, 'an OpenPGP key'],
];

function isEncrypted(pem: string, label: string): boolean {
  return label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/** OpenSSL's own words about what it cannot read help nobody. */
function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
