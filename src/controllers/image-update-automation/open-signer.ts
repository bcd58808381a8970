import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import { isTidemarkError } from '../../model/errors.ts';
import type { SignCommit, SigningKeys } from '../../pipeline/publish/ports.ts';
import type { ObjectStore } from '../../store/store.ts';
import { notFoundText } from '../not-found.ts';
import { signingMaterial } from './signing-material.ts';
import { sourceFailed } from './source-failed.ts';

export interface SigningDeps {
  readonly store: ObjectStore;
  /** Undefined where nothing is pushed: nobody needs a key there, and none is read. */
  readonly signing: SigningKeys | undefined;
}

/** What signs the commits of an automation; undefined when nothing does. Throws `SourceManagerFailed`. */
export async function openSigner(
  { metadata, spec }: ImageUpdateAutomation,
  { store, signing }: SigningDeps,
): Promise<SignCommit | undefined> {
  const key = spec.git?.commit.signingKey;
  if (key === undefined || signing === undefined) return undefined;
  const { name } = key.secretRef;
  const secret = await store.get('Secret', { namespace: metadata.namespace, name });
  if (secret === undefined) {
    throw sourceFailed(`could not find signing key secret '${name}': ${notFoundText('Secret', name)}`);
  }
  try {
    return await signing.open(signingMaterial(secret, key.type));
  } catch (error) {
    throw isTidemarkError(error, 'CredentialsInvalid') ? sourceFailed(error.message, error) : error;
  }
}
