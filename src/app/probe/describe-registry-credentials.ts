import type { ImageRepository } from '../../api/image-repository.ts';
import { isTidemarkError } from '../../model/errors.ts';
import type { ImageName } from '../../model/image-ref.ts';
import type { Credential } from '../../pipeline/scan/docker-config.ts';
import { findCredential, type KeychainEntry } from '../../pipeline/scan/keychain.ts';
import type { FoundCredential, RegistryAccess } from '../../pipeline/scan/ports.ts';
import type { Progress, Told } from '../kubernetes/progress.ts';
import { shownUser } from './shown-user.ts';

export interface CredentialContext {
  readonly image: ImageName;
  readonly repository: ImageRepository;
  readonly access: RegistryAccess;
}

/** Says with which credentials a scan asks, and gets them where somebody has to give them. False when nobody does. */
export async function* describeRegistryCredentials(
  { image, repository, access }: CredentialContext,
  signal: AbortSignal,
): Told<boolean> {
  const { login, keychain } = access;
  const { provider } = repository.spec;
  if (login !== undefined) {
    try {
      await login.login(signal);
    } catch (error) {
      if (!isTidemarkError(error)) throw error;
      yield { sign: 'failed', text: `login from ${provider}: ${error.message}` };
      return false;
    }
    yield { sign: 'done', text: `credentials: a login from ${provider}` };
    return true;
  }
  const credential = findCredential(keychain, image);
  const source = sourceOf(repository);
  if (credential === undefined && access.ambient !== undefined)
    yield ofTheUser(image, await access.ambient.find(signal));
  else if (credential === undefined) yield withoutMatch(image, source, keychain.entries);
  else
    yield {
      sign: 'done',
      text: `credentials: ${kindOf(credential)} for ${image.registry} from ${source ?? 'the object'}`,
    };
  return true;
}

/** What the docker of whoever runs this knows about the registry. */
function ofTheUser({ registry }: ImageName, { credential, origin, problem }: FoundCredential): Progress {
  if (credential !== undefined)
    return { sign: 'done', text: `credentials: ${kindOf(credential)} for ${registry} from ${origin}` };
  if (problem !== undefined)
    return { sign: 'warning', text: `credentials: none, so it is asked anonymously: ${problem}` };
  return {
    sign: 'done',
    text: `credentials: none are named, and none for ${registry} in ${origin}, so it is asked anonymously`,
  };
}

function withoutMatch(
  { registry }: ImageName,
  source: string | undefined,
  entries: readonly KeychainEntry[],
): Progress {
  if (source === undefined)
    return { sign: 'done', text: 'credentials: none are named, so it is asked anonymously' };
  const hosts = entries.map(({ labels, port, path }) => {
    return `${labels.join('.')}${port === '' ? '' : `:${port}`}${path}`;
  });
  return {
    sign: 'warning',
    text: `credentials: ${source} has none for ${registry}, so it is asked anonymously`,
    detail: hosts.length === 0 ? 'it holds no entry of a registry' : `it has entries for ${hosts.join(', ')}`,
  };
}

function sourceOf({ metadata, spec }: ImageRepository): string | undefined {
  const { secretRef, serviceAccountName } = spec;
  const sources = [
    ...(secretRef === undefined ? [] : [`Secret ${metadata.namespace}/${secretRef.name}`]),
    ...(serviceAccountName === undefined
      ? []
      : [`the pull secrets of service account ${metadata.namespace}/${serviceAccountName}`]),
  ];
  return sources.length === 0 ? undefined : sources.join(' and ');
}

/** Nothing of it but the name. */
function kindOf({ basic, identityToken, registryToken }: Credential): string {
  if (registryToken !== undefined) return 'a registry token';
  if (basic !== undefined) {
    const pair = Buffer.from(basic, 'base64').toString('utf8');
    return shownUser(pair.slice(0, pair.indexOf(':')));
  }
  return identityToken === undefined ? 'an entry without a password' : 'an identity token';
}
