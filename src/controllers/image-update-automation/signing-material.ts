import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { SigningMaterial } from '../../pipeline/publish/ports.ts';

const fields = {
  gpg: { key: 'git.asc', article: 'a', passphrase: 'passphrase' },
  ssh: { key: 'identity', article: 'an', passphrase: 'password' },
} as const;

/** The key that a Secret holds for `spec.git.commit.signingKey`. Throws `CredentialsInvalid`. */
export function signingMaterial(
  secret: Pick<Secret, 'metadata' | 'data'>,
  type: SigningMaterial['type'],
): SigningMaterial {
  const { namespace, name } = secret.metadata;
  const field = fields[type];
  const key = secretValue(secret, field.key);
  if (key === undefined) {
    throw new TidemarkError(
      'CredentialsInvalid',
      `signing key secret '${name}' does not contain ${field.article} '${field.key}' key`,
    );
  }
  const passphrase = secretValue(secret, field.passphrase);
  return { type, secret: { namespace, name }, key, ...(passphrase === undefined ? {} : { passphrase }) };
}
