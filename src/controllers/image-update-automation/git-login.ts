import type { GitRepository } from '../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { Secret } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import { githubAppFromSecret, holdsGithubApp } from '../../login/github-app/app-from-secret.ts';
import type { LoginSource } from '../../model/login.ts';
import type { GitRemote } from '../../pipeline/publish/ports.ts';
import { cloudLogin, type LoginSources } from '../cloud-login.ts';

export interface GitLoginRequest {
  readonly automation: ImageUpdateAutomation;
  readonly repository: GitRepository;
  /** Of the GitRepository, when it names one. */
  readonly secret: Secret | undefined;
  readonly remote: GitRemote;
}

/** Who gives the credentials for a GitRepository; undefined when its Secret is all there is. Throws `InvalidSourceConfiguration`, `CredentialsInvalid` and `FeatureUnsupported`. */
export async function gitLogin(
  { automation, repository, secret, remote }: GitLoginRequest,
  sources: LoginSources,
): Promise<LoginSource | undefined> {
  const provider = repository.spec.provider ?? 'generic';
  if (provider === 'generic') return undefined;
  const { namespace, name } = automation.metadata;
  const purpose = { kind: 'ImageUpdateAutomation', namespace, name };
  const route = {
    ...(remote.proxy === undefined ? {} : { proxy: remote.proxy }),
    ...(remote.tls?.ca === undefined ? {} : { ca: remote.tls.ca }),
  };
  if (provider === 'github') {
    if (secret === undefined || !holdsGithubApp(secret)) throw noGithubApp();
    checkScheme(remote);
    return sources.logins.githubApp(githubAppFromSecret(secret), route, purpose);
  }
  // Flux looks the account up where the automation is, and not where the GitRepository is.
  const accountName = repository.spec.serviceAccountName;
  return cloudLogin({ provider, purpose, route, namespace, accountName }, sources, (identity) =>
    sources.logins.git(remote.url, identity, purpose),
  );
}

/** A token of an App opens nothing else. */
function checkScheme({ url }: GitRemote): void {
  if (/^https?:/.test(url)) return;
  throw new TidemarkError(
    'CredentialsInvalid',
    "provider 'github' needs an https:// URL of the repository, such as https://github.com/acme/fleet.git",
  );
}

function noGithubApp(): TidemarkError {
  return new TidemarkError(
    'InvalidSourceConfiguration',
    'secretRef with github app data must be specified when provider is set to github: invalid source configuration',
  );
}
