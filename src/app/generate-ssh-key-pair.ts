import { generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { authorizedKeyLine } from '../ssh/authorized-key-line.ts';
import { encodeOpenSshKey } from '../ssh/encode-openssh-key.ts';
import { sshPrivateKey } from '../ssh/ssh-private-key.ts';

export type SshKeyKind =
  | { readonly algorithm: 'rsa'; readonly bits: number }
  | { readonly algorithm: 'ecdsa'; readonly curve: 'p256' | 'p384' | 'p521' }
  | { readonly algorithm: 'ed25519' };

export interface SshKeyPair {
  /** In OpenSSH's form, not encrypted, with a line break at its end. */
  readonly privateKey: string;
  /** A line for `authorized_keys` and the forms of Git hosts, with a line break at its end. */
  readonly publicKey: string;
}

/** Makes a new key pair. */
export async function generateSshKeyPair(kind: SshKeyKind, comment = ''): Promise<SshKeyPair> {
  const key = await newKey(kind);
  const check = randomBytes(4).readUInt32BE();
  return {
    privateKey: encodeOpenSshKey(key, { comment, check }),
    publicKey: `${authorizedKeyLine(sshPrivateKey(key), comment)}\n`,
  };
}

async function newKey(kind: SshKeyKind): Promise<KeyObject> {
  const generate = promisify(generateKeyPair);
  switch (kind.algorithm) {
    case 'rsa':
      return (await generate('rsa', { modulusLength: kind.bits })).privateKey;
    case 'ecdsa':
      return (await generate('ec', { namedCurve: `P-${kind.curve.slice(1)}` })).privateKey;
    default:
      return (await generate('ed25519')).privateKey;
  }
}
