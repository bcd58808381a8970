import { createPrivateKey, type KeyObject } from 'node:crypto';
import { largestDerInteger } from './largest-der-integer.ts';
import { parseOpenSshKey, passphraseMissing, passphraseWrong } from './parse-openssh-key.ts';
import { SshKeyError } from './ssh-key-error.ts';
import { sshPrivateKey, type SshPrivateKey } from './ssh-private-key.ts';

const openSsh = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END OPENSSH PRIVATE KEY-----/;
const pem = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----[^-]*(?:-(?!----END)[^-]*)*-----END \1-----/;
const publicKey =
  /^(?:ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)\S+ [A-Za-z0-9+/]{16}|BEGIN (?:[A-Z0-9]+ )*PUBLIC KEY ?-|BEGIN CERTIFICATE-/m;

/** OpenSSL makes 2048 of them, careful people up to a million, which take a second. Who asks for more would hold up everybody else. */
const MOST_ITERATIONS = 2_000_000n;

/**
 * Reads a private key in any of the forms in which Secrets hold one: OpenSSH's own, PKCS#1, PKCS#8, SEC1, encrypted or not.
 *
 * Throws `SshKeyError`. A passphrase that an unprotected key has no need of is not looked at; an empty one is none.
 */
export function parsePrivateKey(text: string, passphrase?: string): SshPrivateKey {
  const secret = passphrase === '' ? undefined : passphrase;
  const ours = openSsh.exec(text);
  try {
    if (ours !== null) return sshPrivateKey(parseOpenSshKey(Buffer.from(ours[1] ?? '', 'base64'), secret));
    const other = pem.exec(text)?.[0];
    if (other !== undefined) return sshPrivateKey(parsePem(other.replaceAll('\r\n', '\n'), secret));
  } catch (error) {
    throw error instanceof SshKeyError ? error : damaged(error);
  }
  throw noPrivateKey(text);
}

function parsePem(key: string, passphrase: string | undefined): KeyObject {
  const encrypted = /BEGIN ENCRYPTED |^Proc-Type: *4,ENCRYPTED/m.test(key);
  if (!encrypted) return createPrivateKey(key);
  if (passphrase === undefined) throw passphraseMissing();
  checkIterations(key);
  try {
    return createPrivateKey({ key, passphrase });
  } catch (error) {
    throw isUnsupported(error) ? unsupportedEncryption(error) : passphraseWrong(error);
  }
}

/** In an encrypted PKCS#8 key the only integers that can be read are those of the derivation of the key. */
function checkIterations(key: string): void {
  const body = /-----BEGIN ENCRYPTED PRIVATE KEY-----([^-]*)-----END/.exec(key)?.[1];
  if (body === undefined || largestDerInteger(Buffer.from(body, 'base64')) <= MOST_ITERATIONS) return;
  throw new SshKeyError(
    'unsupported',
    `needs more than ${MOST_ITERATIONS} iterations to be decrypted: change it by ssh-keygen -p`,
  );
}

/** OpenSSL's code for an algorithm that it does not have. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_OSSL_EVP_UNSUPPORTED';
}

function unsupportedEncryption(cause: unknown): SshKeyError {
  return new SshKeyError(
    'unsupported',
    'is encrypted in a way that is not supported: change it by ssh-keygen -p',
    { cause },
  );
}

function damaged(cause: unknown): SshKeyError {
  return new SshKeyError('unreadable', 'is a damaged private key: parts of it are missing or changed', {
    cause,
  });
}

function noPrivateKey(text: string): SshKeyError {
  if (publicKey.test(text)) {
    return new SshKeyError(
      'public-key',
      'is a public key, and the private one belongs there: the file whose name does not end in .pub',
    );
  }
  if (/^PuTTY-User-Key-File-/m.test(text)) {
    return new SshKeyError(
      'unsupported',
      'is a key in the form of PuTTY: turn it into one of OpenSSH by puttygen KEY.ppk -O private-openssh-new -o KEY',
    );
  }
  if (text.trim() === '') return new SshKeyError('unreadable', 'is empty');
  const what = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)
    ? 'is a private key that is cut off: its last line is missing, or stands in the wrong place'
    : 'is not a private key in OpenSSH or PEM form';
  return new SshKeyError('unreadable', what);
}
