import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';

const schemes = ['http', 'https', 'socks5'];
const maxLength = 2048;

/** Reads `spec.proxySecretRef`: the URL of the proxy, with user information when the Secret has a `username`. */
export function proxyFromSecret(secret: Pick<Secret, 'metadata' | 'data'>): string {
  const read = (key: string) => secretValue(secret, key)?.toString('utf8');
  const refuse = (what: string): never => {
    throw new TidemarkError('CredentialsInvalid', `secret '${formatKey(secret.metadata)}': ${what}`);
  };
  const address = read('address') ?? refuse("key 'address' not found");
  if (address === '') refuse('proxy address is empty');
  if (Buffer.byteLength(address) > maxLength)
    refuse(`proxy URL exceeds maximum length of ${maxLength} characters`);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(address)?.[1]?.toLowerCase() ?? '';
  if (!schemes.includes(scheme)) {
    refuse(`proxy URL must use one of the supported schemes (${schemes.join(', ')}), got '${scheme}'`);
  }
  // An address may hold a password, so it is never quoted.
  const url = URL.parse(address) ?? refuse('failed to parse proxy address');
  if (url.hostname === '') refuse('proxy address names no host');
  const username = read('username');
  if (username !== undefined) {
    url.username = encodeURIComponent(username);
    url.password = encodeURIComponent(read('password') ?? '');
  }
  return url.href;
}
