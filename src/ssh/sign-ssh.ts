import { createHash } from 'node:crypto';
import { SshKeyError } from './ssh-key-error.ts';
import type { SshPrivateKey } from './ssh-private-key.ts';
import { wire } from './wire.ts';

const MAGIC = Buffer.from('SSHSIG');
const HASH = 'sha512';
const LEAST_RSA_BITS = 2048;
const LINE = 70;

/** The armored signature of a message (OpenSSH's PROTOCOL.sshsig), as Git has it in a commit; ends in a line break. Throws `SshKeyError` for an RSA key that is too short. */
export function signSsh(key: SshPrivateKey, message: Uint8Array, namespace = 'git'): string {
  if (key.type === 'ssh-rsa' && key.bits < LEAST_RSA_BITS) {
    throw new SshKeyError(
      'unsupported',
      `is an RSA key of ${key.bits} bits, too short to sign with: it must have at least ${LEAST_RSA_BITS}`,
    );
  }
  const about = [wire.string(namespace), wire.string(''), wire.string(HASH)];
  const digest = createHash(HASH).update(message).digest();
  const signature = key.sign(Buffer.concat([MAGIC, ...about, wire.string(digest)]));
  const version = wire.uint32(1);
  return armored(
    Buffer.concat([MAGIC, version, wire.string(key.publicBlob), ...about, wire.string(signature)]),
  );
}

function armored(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}
