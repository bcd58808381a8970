import type { KeyObject } from 'node:crypto';
import { openSshMagic } from './parse-openssh-key.ts';
import { sshPrivateKey } from './ssh-private-key.ts';
import { wire } from './wire.ts';

const BLOCK = 8;
const LINE = 70;

/** A private key as an unencrypted OpenSSH file, which every ssh reads. `check` is any number. Throws `SshKeyError` for what SSH has no use for. */
export function encodeOpenSshKey(
  key: KeyObject,
  { comment, check }: { readonly comment: string; readonly check: number },
): string {
  const { publicBlob } = sshPrivateKey(key);
  const content = Buffer.concat([
    wire.uint32(check),
    wire.uint32(check),
    ...privateFields(key, publicBlob),
    wire.string(comment),
  ]);
  const padding = Uint8Array.from(
    { length: (BLOCK - (content.length % BLOCK)) % BLOCK },
    (_, index) => index + 1,
  );
  const none = [wire.string('none'), wire.string('none'), wire.string('')];
  const file = Buffer.concat([
    Buffer.from(openSshMagic, 'latin1'),
    ...none,
    wire.uint32(1),
    wire.string(publicBlob),
    wire.string(Buffer.concat([content, padding])),
  ]);
  const lines = file.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
}

/** The public fields and the secret ones. Only RSA has the public ones in another order than its blob. */
function privateFields(key: KeyObject, publicBlob: Buffer): readonly Buffer[] {
  const jwk = key.export({ format: 'jwk' });
  const part = (text = ''): Buffer => Buffer.from(text, 'base64url');
  if (jwk.kty === 'RSA') {
    const numbers = [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q];
    return [wire.string('ssh-rsa'), ...numbers.map((number) => wire.mpint(part(number)))];
  }
  if (jwk.kty === 'EC') return [publicBlob, wire.mpint(part(jwk.d))];
  return [publicBlob, wire.string(Buffer.concat([part(jwk.d), part(jwk.x)]))];
}
