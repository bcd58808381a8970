import type { SshPrivateKey } from './ssh-private-key.ts';

/** The public half as a line for `authorized_keys` and the forms of Git hosts, without a line break. */
export function authorizedKeyLine(key: Pick<SshPrivateKey, 'type' | 'publicBlob'>, comment = ''): string {
  return [key.type, key.publicBlob.toString('base64'), comment].join(' ').trim();
}
