import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { SshKeyError } from './ssh-key-error.ts';
import { wire } from './wire.ts';

/** A private key that can be used for SSH. The key itself cannot be read out of it by accident. */
export interface SshPrivateKey {
  /** As in the public line: `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, ... */
  readonly type: string;
  /** Length of the key as `ssh-keygen -l` shows it. */
  readonly bits: number;
  /** The public half in wire format. */
  readonly publicBlob: Buffer;
  /**
   * A signature in wire format, algorithm and bytes.
   * RSA signs by `rsa-sha2-512` unless `rsa-sha2-256` is asked for; the others have one algorithm, their type. Throws `RangeError` for any other.
   */
  sign(data: Uint8Array, algorithm?: string): Buffer;
}

interface Signer {
  readonly hash: string | null;
  /** Of the bytes that Node's signature has: what stands behind the algorithm. */
  readonly encode: (signature: Buffer) => Buffer;
}

const plain = (signature: Buffer): Buffer => signature;

/** Both numbers of an ECDSA signature, which come one after the other with equal lengths. */
const twoNumbers = (signature: Buffer): Buffer =>
  Buffer.concat([
    wire.mpint(signature.subarray(0, signature.length / 2)),
    wire.mpint(signature.subarray(signature.length / 2)),
  ]);

const curves: Readonly<
  Record<string, { readonly name: string; readonly hash: string; readonly bits: number }>
> = {
  'P-256': { name: 'nistp256', hash: 'sha256', bits: 256 },
  'P-384': { name: 'nistp384', hash: 'sha384', bits: 384 },
  'P-521': { name: 'nistp521', hash: 'sha512', bits: 521 },
};

/** ssh itself takes no larger ones, and a signature by one of them would take minutes. */
const MOST_RSA_BITS = 16_384;

/** The key for use with SSH. Throws `SshKeyError` when SSH has no such keys. */
export function sshPrivateKey(key: KeyObject): SshPrivateKey {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return rsaKey(key);
    case 'ec':
      return ecdsaKey(key);
    case 'ed25519':
      return ed25519Key(key);
    default:
      throw unsupported(key.asymmetricKeyType ?? 'unknown');
  }
}

function rsaKey(key: KeyObject): SshPrivateKey {
  const { n, e } = publicParts(key);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits > MOST_RSA_BITS) throw unsupported(`RSA with ${bits} bits`);
  const signers = {
    'rsa-sha2-512': { hash: 'sha512', encode: plain },
    'rsa-sha2-256': { hash: 'sha256', encode: plain },
  };
  const blob = [wire.string('ssh-rsa'), wire.mpint(e), wire.mpint(n)];
  return usable(key, { type: 'ssh-rsa', bits, blob, signers });
}

function ecdsaKey(key: KeyObject): SshPrivateKey {
  const curve = curves[createPublicKey(key).export({ format: 'jwk' }).crv ?? ''];
  if (curve === undefined) throw unsupported(`ECDSA on the curve ${key.asymmetricKeyDetails?.namedCurve}`);
  const { x, y } = publicParts(key);
  const type = `ecdsa-sha2-${curve.name}`;
  const point = Buffer.concat([Buffer.of(4), x, y]);
  return usable(key, {
    type,
    bits: curve.bits,
    blob: [wire.string(type), wire.string(curve.name), wire.string(point)],
    signers: { [type]: { hash: curve.hash, encode: twoNumbers } },
  });
}

function ed25519Key(key: KeyObject): SshPrivateKey {
  const type = 'ssh-ed25519';
  const blob = [wire.string(type), wire.string(publicParts(key).x)];
  return usable(key, { type, bits: 256, blob, signers: { [type]: { hash: null, encode: plain } } });
}

function usable(
  key: KeyObject,
  {
    type,
    bits,
    blob,
    signers,
  }: {
    readonly type: string;
    readonly bits: number;
    readonly blob: readonly Buffer[];
    readonly signers: Readonly<Record<string, Signer>>;
  },
): SshPrivateKey {
  const [usual = type] = Object.keys(signers);
  return {
    type,
    bits,
    publicBlob: Buffer.concat(blob),
    sign: (data, algorithm = usual) => {
      const signer = Object.hasOwn(signers, algorithm) ? signers[algorithm] : undefined;
      if (signer === undefined) throw new RangeError(`a key of type ${type} does not sign by '${algorithm}'`);
      const signature = sign(signer.hash, data, { key, dsaEncoding: 'ieee-p1363' });
      return Buffer.concat([wire.string(algorithm), wire.string(signer.encode(signature))]);
    },
  };
}

/** The public numbers; those that a type does not have are empty. */
function publicParts(key: KeyObject): Readonly<Record<'n' | 'e' | 'x' | 'y', Buffer>> {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const part = (text = ''): Buffer => Buffer.from(text, 'base64url');
  return { n: part(jwk.n), e: part(jwk.e), x: part(jwk.x), y: part(jwk.y) };
}

function unsupported(what: string): SshKeyError {
  return new SshKeyError(
    'unsupported',
    `is of the type ${what}, which is not supported: use Ed25519, ECDSA on a NIST curve, or RSA`,
  );
}
