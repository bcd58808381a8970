import type { ImageRepository } from '../api/image-repository.ts';
import type { Secret } from '../api/secret.ts';
import { TidemarkError } from '../model/errors.ts';
import type { LoginSource } from '../model/login.ts';
import { formatKey } from '../model/object-key.ts';
import { parseImageName } from '../model/image-ref.ts';
import { emptyKeychain, keychainFromSecrets } from '../pipeline/scan/keychain.ts';
import type { AmbientCredentials, RegistryAccess } from '../pipeline/scan/ports.ts';
import { proxyFromSecret } from '../pipeline/scan/proxy-secret.ts';
import { tlsFromSecret } from '../pipeline/scan/tls-secret.ts';
import type { ObjectStore } from '../store/store.ts';
import { cloudLogin, type LoginSources } from './cloud-login.ts';
import { notFoundText } from './not-found.ts';

/** Where registry credentials come from. */
export interface AccessSources extends LoginSources {
  readonly store: ObjectStore;
  /** For objects that name no credentials: those of whoever runs the program. Never in a cluster. */
  readonly ambient?: AmbientCredentials;
}

/** How to reach the registry of an ImageRepository, from the Secrets that it names. Throws `CredentialsInvalid` and `FeatureUnsupported`. */
export async function registryAccess(
  repository: ImageRepository,
  sources: AccessSources,
): Promise<RegistryAccess> {
  const { spec } = repository;
  const read = (name: string | undefined): Promise<Secret | undefined> =>
    readSecret(sources.store, repository, name);
  const [cert, proxy] = await Promise.all([read(spec.certSecretRef?.name), read(spec.proxySecretRef?.name)]);
  const way = {
    insecure: spec.insecure ?? false,
    ...(cert === undefined ? {} : { tls: tlsFromSecret(cert) }),
    ...(proxy === undefined ? {} : { proxy: proxyFromSecret(proxy) }),
  };
  const ways = [cert, proxy].map(identityOf);
  if (spec.provider !== 'generic') {
    const login = await providerLogin(repository, way, sources);
    return { ...way, login, keychain: emptyKeychain, identity: [login.identity, ...ways].join(' ') };
  }
  const pull = await read(spec.secretRef?.name);
  const pulls = [...(pull === undefined ? [] : [pull]), ...(await accountSecrets(repository, sources))];
  const namesNothing = spec.secretRef === undefined && spec.serviceAccountName === undefined;
  const ambient = namesNothing ? sources.ambient?.for(parseImageName(spec.image)) : undefined;
  return {
    ...way,
    ...(ambient === undefined ? {} : { ambient }),
    keychain: keychainFromSecrets(pulls),
    identity: [...pulls.map(identityOf), ...ways].join(' '),
  };
}

/** Cloud credentials only: a Secret that the object names as well says nothing then. */
async function providerLogin(
  { metadata, spec }: ImageRepository,
  { tls, proxy }: Pick<RegistryAccess, 'tls' | 'proxy'>,
  sources: AccessSources,
): Promise<LoginSource> {
  const { namespace, name } = metadata;
  const purpose = { kind: 'ImageRepository', namespace, name };
  const { provider, image, serviceAccountName: accountName } = spec;
  if (provider === 'generic') throw new Error('a generic provider gives no logins');
  const route = {
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
  };
  return cloudLogin({ provider, purpose, route, namespace, accountName }, sources, (identity) =>
    sources.logins.registry(image, identity, purpose),
  );
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

/** The pull secrets of the ServiceAccount that the object names. Throws `FeatureUnsupported` without a cluster. */
async function accountSecrets(
  { metadata, spec }: ImageRepository,
  { store, accounts }: AccessSources,
): Promise<readonly Secret[]> {
  const name = spec.serviceAccountName;
  if (name === undefined) return [];
  if (accounts === undefined) {
    throw new TidemarkError(
      'FeatureUnsupported',
      'spec.serviceAccountName is not supported without a cluster; name the pull secret in spec.secretRef',
    );
  }
  const { namespace } = metadata;
  const account = await accounts.get({ namespace, name });
  if (account === undefined)
    throw new TidemarkError('CredentialsInvalid', `serviceaccount '${namespace}/${name}' not found`);
  return Promise.all(
    account.pullSecrets.map(async (pull) => {
      const secret = await store.get('Secret', { namespace, name: pull });
      if (secret !== undefined) return secret;
      throw new TidemarkError(
        'CredentialsInvalid',
        `failed to get image pull secret for serviceaccount '${namespace}/${name}': secret '${namespace}/${pull}' not found`,
      );
    }),
  );
}
