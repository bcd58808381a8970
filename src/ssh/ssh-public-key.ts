import { createHash, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { WireReader } from './wire-reader.ts';

/** A public key that signatures are checked with. */
export interface SshPublicKey {
  /** True when the signature, in wire format, is of this data. Throws `RangeError` when it is cut off. */
  verify(data: Buffer, signature: Buffer): boolean;
}

/** How the signatures of one algorithm are checked. */
interface Check {
  readonly key: KeyObject;
  readonly hash: string | null;
  /** Of the bytes that Node takes, from those in the signature. */
  readonly decode: (blob: Buffer) => Buffer;
}

const curves: Readonly<
  Record<string, { readonly crv: string; readonly size: number; readonly hash: string }>
> = {
  nistp256: { crv: 'P-256', size: 32, hash: 'sha256' },
  nistp384: { crv: 'P-384', size: 48, hash: 'sha384' },
  nistp521: { crv: 'P-521', size: 66, hash: 'sha512' },
};

/** Reads a public key in wire format; undefined for types that are not known. Throws `RangeError` when it is cut off. */
export function parsePublicBlob(blob: Buffer): SshPublicKey | undefined {
  const reader = new WireReader(blob);
  const type = reader.text();
  const token = /^sk-(.*)@openssh\.com$/.exec(type)?.[1];
  const checks = checksOf(token ?? type, reader);
  if (checks === undefined) return undefined;
  // A key that a token holds names what it was made for behind its numbers.
  const application = token === undefined ? undefined : reader.string();
  return {
    verify: (data, signature) => {
      const parts = new WireReader(signature);
      const algorithm = parts.text();
      const bytes = parts.string();
      const known = token === undefined ? algorithm : /^sk-(.*)@openssh\.com$/.exec(algorithm)?.[1];
      const check = known !== undefined && Object.hasOwn(checks, known) ? checks[known] : undefined;
      if (check === undefined) return false;
      const signed = application === undefined ? data : tokenData(application, data, parts);
      const { key, hash, decode } = check;
      return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, decode(bytes));
    },
  };
}

/** What a token signs in place of the data: its hash, that of the application, and how often and how it was touched. */
function tokenData(application: Buffer, data: Buffer, parts: WireReader): Buffer {
  const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
  const flagsAndCounter = parts.bytes(5);
  return Buffer.concat([sha256(application), flagsAndCounter, sha256(data)]);
}

function checksOf(type: string, reader: WireReader): Readonly<Record<string, Check>> | undefined {
  const plain = (blob: Buffer): Buffer => blob;
  if (type === 'ssh-ed25519') {
    const key = fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64(reader.string()) });
    return { [type]: { key, hash: null, decode: plain } };
  }
  if (type === 'ssh-rsa') {
    const [e, n] = [reader.string(), reader.string()];
    const key = fromJwk({ kty: 'RSA', n: base64(unsigned(n)), e: base64(unsigned(e)) });
    return {
      'rsa-sha2-512': { key, hash: 'sha512', decode: plain },
      'rsa-sha2-256': { key, hash: 'sha256', decode: plain },
    };
  }
  const curve = curves[/^ecdsa-sha2-(nistp\d{3})$/.exec(type)?.[1] ?? ''];
  if (curve === undefined) return undefined;
  reader.string(); // The curve once more.
  const point = reader.string();
  const { crv, size, hash } = curve;
  if (point.length !== 2 * size + 1 || point[0] !== 4) throw new RangeError('its point is not on the curve');
  const [x, y] = [base64(point.subarray(1, size + 1)), base64(point.subarray(size + 1))];
  return { [type]: { key: fromJwk({ kty: 'EC', crv, x, y }), hash, decode: bothNumbers(size) } };
}

/** The two numbers of an ECDSA signature, at full length one after the other. */
function bothNumbers(size: number): (blob: Buffer) => Buffer {
  return (blob) => {
    const reader = new WireReader(blob);
    const padded = [reader.string(), reader.string()].map((number) => {
      const bytes = unsigned(number);
      if (bytes.length > size) throw new RangeError('a number of the signature is too large');
      return Buffer.concat([Buffer.alloc(size - bytes.length), bytes]);
    });
    return Buffer.concat(padded);
  };
}

function fromJwk(key: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (error) {
    throw new RangeError('its numbers make no key', { cause: error });
  }
}

function unsigned(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.alloc(0) : number.subarray(start);
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64url');
}
