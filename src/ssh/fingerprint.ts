import { createHash } from 'node:crypto';

/** The fingerprint of a public key in wire format, as `ssh-keygen -l` writes it: `SHA256:...`. */
export function sshFingerprint(publicBlob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicBlob).digest('base64').replaceAll('=', '')}`;
}
