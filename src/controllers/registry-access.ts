import type { ImageRepository } from '../api/image-repository.ts';
import type { Secret } from '../api/secret.ts';
import { TidemarkError } from '../model/errors.ts';
import { formatKey } from '../model/object-key.ts';
import { keychainFromSecrets } from '../pipeline/scan/keychain.ts';
import type { RegistryAccess } from '../pipeline/scan/ports.ts';
import { proxyFromSecret } from '../pipeline/scan/proxy-secret.ts';
import { tlsFromSecret } from '../pipeline/scan/tls-secret.ts';
import type { ObjectStore } from '../store/store.ts';
import { notFoundText } from './not-found.ts';

/** How to reach the registry of an ImageRepository, from the Secrets that it names. Throws `CredentialsInvalid` and `FeatureUnsupported`. */
export async function registryAccess(
  repository: ImageRepository,
  store: ObjectStore,
): Promise<RegistryAccess> {
  refuseUnsupported(repository);
  const { spec } = repository;
  const read = (name: string | undefined): Promise<Secret | undefined> => readSecret(store, repository, name);
  const [pull, cert, proxy] = await Promise.all([
    read(spec.secretRef?.name),
    read(spec.certSecretRef?.name),
    read(spec.proxySecretRef?.name),
  ]);
  return {
    keychain: keychainFromSecrets(pull === undefined ? [] : [pull]),
    insecure: spec.insecure ?? false,
    identity: [pull, cert, proxy].map(identityOf).join(' '),
    ...(cert === undefined ? {} : { tls: tlsFromSecret(cert) }),
    ...(proxy === undefined ? {} : { proxy: proxyFromSecret(proxy) }),
  };
}

async function readSecret(
  store: ObjectStore,
  { metadata }: ImageRepository,
  name: string | undefined,
): Promise<Secret | undefined> {
  if (name === undefined) return undefined;
  const secret = await store.get('Secret', { namespace: metadata.namespace, name });
  if (secret === undefined) throw new TidemarkError('CredentialsInvalid', notFoundText('Secret', name));
  return secret;
}

/** The Secret and its version: credentials that were changed must never be served from a cache of the old ones. */
function identityOf(secret: Secret | undefined): string {
  if (secret === undefined) return '-';
  return `${formatKey(secret.metadata)}@${secret.metadata.uid ?? ''}:${secret.metadata.resourceVersion ?? ''}`;
}

function refuseUnsupported({ spec }: ImageRepository): void {
  if (spec.provider !== 'generic') {
    throw new TidemarkError(
      'FeatureUnsupported',
      `spec.provider '${spec.provider}' is not supported yet; use provider generic with a secretRef of type kubernetes.io/dockerconfigjson`,
    );
  }
  if (spec.serviceAccountName !== undefined) {
    throw new TidemarkError(
      'FeatureUnsupported',
      'spec.serviceAccountName is not supported without a cluster; name the pull secret in spec.secretRef',
    );
  }
}
