import { createHash } from 'node:crypto';
import { parsePublicBlob, type SshPublicKey } from './ssh-public-key.ts';
import { WireReader } from './wire-reader.ts';
import { wire } from './wire.ts';

const MAGIC = 'SSHSIG';
const armor = /-----BEGIN SSH SIGNATURE-----([A-Za-z0-9+/=\s]*)-----END SSH SIGNATURE-----/;
const hashes = new Set(['sha256', 'sha512']);

/** A signature of the form that Git has in commits (OpenSSH's PROTOCOL.sshsig). */
export interface SshSignature {
  /** Of the signer, in wire format: who that is has to be decided by it. */
  readonly publicBlob: Buffer;
  /** True when the signer signed this message for this purpose. */
  verify(message: Uint8Array, namespace: string): boolean;
}

/** Reads an armored signature; undefined when it is none that can be read. */
export function parseSshSignature(text: string): SshSignature | undefined {
  const body = armor.exec(text)?.[1];
  if (body === undefined) return undefined;
  try {
    return parseBody(new WireReader(Buffer.from(body, 'base64')));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parseBody(reader: WireReader): SshSignature | undefined {
  if (reader.bytes(MAGIC.length).toString('latin1') !== MAGIC || reader.uint32() !== 1) return undefined;
  const publicBlob = reader.string();
  const [namespace, reserved, hash] = [reader.text(), reader.string(), reader.text()];
  const signature = reader.string();
  const key = parsePublicBlob(publicBlob);
  if (key === undefined || !hashes.has(hash)) return undefined;
  return {
    publicBlob,
    verify: (message, wanted) => {
      if (namespace !== wanted) return false;
      const digest = createHash(hash).update(message).digest();
      const about = [wire.string(namespace), wire.string(reserved), wire.string(hash), wire.string(digest)];
      return isSigned(key, Buffer.concat([Buffer.from(MAGIC), ...about]), signature);
    },
  };
}

function isSigned(key: SshPublicKey, data: Buffer, signature: Buffer): boolean {
  try {
    return key.verify(data, signature);
  } catch (error) {
    if (error instanceof RangeError) return false; // It is cut off.
    throw error;
  }
}
