import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { bcryptPbkdf } from './bcrypt-pbkdf.ts';
import { openSshCiphers } from './openssh-cipher.ts';
import { SshKeyError } from './ssh-key-error.ts';
import { WireReader } from './wire-reader.ts';

export const openSshMagic = 'openssh-key-v1\0';

/** ssh-keygen makes 24 rounds, careful people a hundred. Many more would hold up the whole process for seconds. */
const MOST_ROUNDS = 300;

/** Reads the body of an OpenSSH private key file (OpenSSH's PROTOCOL.key). Throws `SshKeyError`, or `RangeError` when it is cut off. */
export function parseOpenSshKey(body: Buffer, passphrase: string | undefined): KeyObject {
  const reader = new WireReader(body);
  if (reader.bytes(openSshMagic.length).toString('latin1') !== openSshMagic)
    throw new RangeError('it does not begin as an OpenSSH key does');
  const [cipher, derivation, options] = [reader.text(), reader.text(), reader.string()];
  if (reader.uint32() !== 1) throw new SshKeyError('unsupported', 'holds several keys: keep one of them');
  reader.string(); // The public key, which is in the private part as well.
  const encrypted = reader.string();
  if (cipher === 'none') return parseFields(checked(encrypted, 'unreadable'));
  const found = Object.hasOwn(openSshCiphers, cipher) ? openSshCiphers[cipher] : undefined;
  if (found === undefined || derivation !== 'bcrypt') {
    throw new SshKeyError(
      'unsupported',
      `is encrypted by '${cipher}' with '${derivation}', which is not supported: change it by ssh-keygen -p -Z aes256-ctr`,
    );
  }
  if (passphrase === undefined) throw passphraseMissing();
  const material = derive(options, passphrase, found.material);
  const tag = reader.bytes(found.tag);
  return parseFields(
    checked(
      decrypt(() => found.decrypt(material, encrypted, tag)),
      'passphrase-wrong',
    ),
  );
}

export function passphraseMissing(): SshKeyError {
  return new SshKeyError('passphrase-missing', 'is protected by a passphrase, and none is given');
}

export function passphraseWrong(cause?: unknown): SshKeyError {
  return new SshKeyError('passphrase-wrong', 'cannot be decrypted: the passphrase is wrong', { cause });
}

function derive(options: Buffer, passphrase: string, length: number): Buffer {
  const reader = new WireReader(options);
  const [salt, rounds] = [reader.string(), reader.uint32()];
  if (rounds < 1 || rounds > MOST_ROUNDS || salt.length === 0) {
    throw new SshKeyError(
      'unsupported',
      `needs ${rounds} rounds to be decrypted, and up to ${MOST_ROUNDS} are done: change it by ssh-keygen -p -a 100`,
    );
  }
  return bcryptPbkdf(Buffer.from(passphrase, 'utf8'), { salt, rounds, length });
}

function decrypt(work: () => Buffer): Buffer {
  try {
    return work();
  } catch (error) {
    throw passphraseWrong(error);
  }
}

/** The private part begins with a number twice, by which a wrong passphrase is known. */
function checked(part: Buffer, otherwise: 'unreadable' | 'passphrase-wrong'): WireReader {
  const reader = new WireReader(part);
  if (part.length >= 8 && reader.uint32() === reader.uint32()) return reader;
  throw otherwise === 'unreadable' ? new RangeError('its check numbers differ') : passphraseWrong();
}

function parseFields(reader: WireReader): KeyObject {
  const type = reader.text();
  switch (type) {
    case 'ssh-rsa':
      return fromJwk(rsaNumbers(reader));
    case 'ssh-ed25519': {
      const x = reader.string();
      return fromJwk({
        kty: 'OKP',
        crv: 'Ed25519',
        x: base64(x),
        d: base64(reader.string().subarray(0, 32)),
      });
    }
    case 'ecdsa-sha2-nistp256':
      return fromJwk(ecNumbers(reader, 'P-256', 32));
    case 'ecdsa-sha2-nistp384':
      return fromJwk(ecNumbers(reader, 'P-384', 48));
    case 'ecdsa-sha2-nistp521':
      return fromJwk(ecNumbers(reader, 'P-521', 66));
    default:
      throw new SshKeyError(
        'unsupported',
        `is of the type ${/^[\w@.-]{1,60}$/.test(type) ? type : 'unknown'}, which is not supported: use Ed25519, ECDSA on a NIST curve, or RSA`,
      );
  }
}

function rsaNumbers(reader: WireReader): JsonWebKey {
  const next = (): bigint => toNumber(reader.string());
  const [n, e, d, qi, p, q] = [next(), next(), next(), next(), next(), next()];
  if (p < 2n || q < 2n) throw new RangeError('its numbers make no RSA key');
  const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  return {
    kty: 'RSA',
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, base64(toBytes(value))])),
  };
}

function ecNumbers(reader: WireReader, crv: string, size: number): JsonWebKey {
  reader.string(); // The curve once more.
  const point = reader.string();
  if (point.length !== 2 * size + 1 || point[0] !== 4) throw new RangeError('its point is not on the curve');
  const d = toBytes(toNumber(reader.string()), size);
  return {
    kty: 'EC',
    crv,
    x: base64(point.subarray(1, size + 1)),
    y: base64(point.subarray(size + 1)),
    d: base64(d),
  };
}

function fromJwk(key: JsonWebKey): KeyObject {
  return createPrivateKey({ key, format: 'jwk' });
}

function toNumber(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

function toBytes(value: bigint, size = 0): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(Math.max(2 * size, hex.length + (hex.length % 2)), '0'), 'hex');
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64url');
}
