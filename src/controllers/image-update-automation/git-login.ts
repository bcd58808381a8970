import type { GitRepository } from '../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { Secret } from '../../api/secret.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { LoginSource } from '../../model/login.ts';
import { formatKey } from '../../model/object-key.ts';
import type { GitRemote } from '../../pipeline/publish/ports.ts';
import { cloudLogin, type LoginSources } from '../cloud-login.ts';

export interface GitLoginRequest {
  readonly automation: ImageUpdateAutomation;
  readonly repository: GitRepository;
  /** Of the GitRepository, when it names one. */
  readonly secret: Secret | undefined;
  readonly remote: GitRemote;
}

/** Who gives the credentials for a GitRepository; undefined when its Secret is all there is. Throws `InvalidSourceConfiguration` and `FeatureUnsupported`. */
export async function gitLogin(
  { automation, repository, remote }: GitLoginRequest,
  sources: LoginSources,
): Promise<LoginSource | undefined> {
  const provider = repository.spec.provider ?? 'generic';
  if (provider === 'generic') return undefined;
  if (provider === 'github') {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      `GitRepository '${formatKey(repository.metadata)}': provider 'github' is not supported yet; use provider generic with a secretRef that holds a token`,
    );
  }
  const { namespace, name } = automation.metadata;
  const purpose = { kind: 'ImageUpdateAutomation', namespace, name };
  const route = {
    ...(remote.proxy === undefined ? {} : { proxy: remote.proxy }),
    ...(remote.tls?.ca === undefined ? {} : { ca: remote.tls.ca }),
  };
  // Flux looks the account up where the automation is, and not where the GitRepository is.
  const accountName = repository.spec.serviceAccountName;
  return cloudLogin({ provider, purpose, route, namespace, accountName }, sources, (identity) =>
    sources.logins.git(remote.url, identity, purpose),
  );
}
