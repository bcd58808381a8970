import type { ImageRepository } from '../api/image-repository.ts';
import type { Secret } from '../api/secret.ts';
import { TidemarkError } from '../model/errors.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { formatKey } from '../model/object-key.ts';
import { keychainFromSecrets } from '../pipeline/scan/keychain.ts';
import type { RegistryAccess } from '../pipeline/scan/ports.ts';
import { proxyFromSecret } from '../pipeline/scan/proxy-secret.ts';
import { tlsFromSecret } from '../pipeline/scan/tls-secret.ts';
import type { ObjectStore } from '../store/store.ts';
import { notFoundText } from './not-found.ts';

/** Where registry credentials come from. */
export interface AccessSources {
  readonly store: ObjectStore;
  /** The image pull secrets of a ServiceAccount; undefined when there is no such account. Absent without a cluster. */
  readonly pullSecretsOf?: (account: ObjectKey) => Promise<readonly string[] | undefined>;
}

/** How to reach the registry of an ImageRepository, from the Secrets that it names. Throws `CredentialsInvalid` and `FeatureUnsupported`. */
export async function registryAccess(
  repository: ImageRepository,
  sources: AccessSources,
): Promise<RegistryAccess> {
  const { store } = sources;
  refuseUnsupported(repository, sources);
  const { spec } = repository;
  const read = (name: string | undefined): Promise<Secret | undefined> => readSecret(store, repository, name);
  const [pull, cert, proxy] = await Promise.all([
    read(spec.secretRef?.name),
    read(spec.certSecretRef?.name),
    read(spec.proxySecretRef?.name),
  ]);
  const pulls = [...(pull === undefined ? [] : [pull]), ...(await accountSecrets(repository, sources))];
  return {
    keychain: keychainFromSecrets(pulls),
    insecure: spec.insecure ?? false,
    identity: [...pulls, cert, proxy].map(identityOf).join(' '),
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

/** The pull secrets of the ServiceAccount that the object names. */
async function accountSecrets(
  { metadata, spec }: ImageRepository,
  { store, pullSecretsOf }: AccessSources,
): Promise<readonly Secret[]> {
  const name = spec.serviceAccountName;
  if (name === undefined || pullSecretsOf === undefined) return [];
  const { namespace } = metadata;
  const names = await pullSecretsOf({ namespace, name });
  if (names === undefined)
    throw new TidemarkError('CredentialsInvalid', `serviceaccount '${namespace}/${name}' not found`);
  return Promise.all(
    names.map(async (pull) => {
      const secret = await store.get('Secret', { namespace, name: pull });
      if (secret !== undefined) return secret;
      throw new TidemarkError(
        'CredentialsInvalid',
        `failed to get image pull secret for serviceaccount '${namespace}/${name}': secret '${namespace}/${pull}' not found`,
      );
    }),
  );
}

function refuseUnsupported({ spec }: ImageRepository, { pullSecretsOf }: AccessSources): void {
  if (spec.provider !== 'generic' && spec.serviceAccountName !== undefined) {
    throw new TidemarkError(
      'FeatureUnsupported',
      'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller',
    );
  }
  if (spec.provider !== 'generic') {
    throw new TidemarkError(
      'FeatureUnsupported',
      `spec.provider '${spec.provider}' is not supported yet; use provider generic with a secretRef of type kubernetes.io/dockerconfigjson`,
    );
  }
  if (spec.serviceAccountName !== undefined && pullSecretsOf === undefined) {
    throw new TidemarkError(
      'FeatureUnsupported',
      'spec.serviceAccountName is not supported without a cluster; name the pull secret in spec.secretRef',
    );
  }
}
