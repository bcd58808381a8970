import { TidemarkError } from '../../../../model/errors.ts';
import { parsePrivateKey } from '../../../../ssh/parse-private-key.ts';
import { signSsh } from '../../../../ssh/sign-ssh.ts';
import { SshKeyError } from '../../../../ssh/ssh-key-error.ts';
import type { SigningMaterial } from '../../ports.ts';
import type { OpenedKey } from './opened-key.ts';

/** Reads an SSH key that signs commits. Throws `CredentialsInvalid`. */
export function readSshSigningKey({ key, passphrase, secret }: SigningMaterial): OpenedKey {
  try {
    const parsed = parsePrivateKey(key.toString('utf8'), passphrase?.toString('utf8'));
    signSsh(parsed, new Uint8Array()); // Whether it can: a short RSA key is told now, and not after all the work.
    return { check: async () => undefined, sign: async (commit) => signSsh(parsed, commit) };
  } catch (error) {
    if (!(error instanceof SshKeyError)) throw error;
    const text =
      error.problem === 'passphrase-missing'
        ? `can not use passphrase protected signing key without 'password' field present in secret ${secret.name}`
        : `signing key secret '${secret.name}': key 'identity' ${error.message}`;
    throw new TidemarkError('CredentialsInvalid', text, { cause: error });
  }
}
