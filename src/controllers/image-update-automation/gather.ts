import type { GitRepository } from '../../api/git-repository.ts';
import type { ImagePolicy, SelectedImage } from '../../api/image-policy.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { Secret } from '../../api/secret.ts';
import { toLabelSelector } from '../../model/label-selector.ts';
import { isTidemarkError, messageOf, TidemarkError } from '../../model/errors.ts';
import type { Login, LoginSource } from '../../model/login.ts';
import type { ObjectKey } from '../../model/object-key.ts';
import { formatKey } from '../../model/object-key.ts';
import type { GitRemote, SignCommit, TrustedKeys } from '../../pipeline/publish/ports.ts';
import type { ObjectStore } from '../../store/store.ts';
import { findCondition } from '../../reconcile/conditions.ts';
import type { LoginSources } from '../cloud-login.ts';
import { notFoundText } from '../not-found.ts';
import { gitRemote, refuseLocalFiles } from './git-access.ts';
import { gitLogin } from './git-login.ts';
import type { Route } from './push-target.ts';
import { planRoute } from './push-target.ts';
import { openSigner, type SigningDeps } from './open-signer.ts';
import { sourceFailed } from './source-failed.ts';
import { planVerification, trustedKeys } from './verification.ts';

export interface GatherDeps extends LoginSources, SigningDeps {
  readonly store: ObjectStore;
  readonly crossNamespaceAllowed: boolean;
  /** Whether `file://` is a way to a Git repository. */
  readonly readsLocalFiles: boolean;
}

/** The policies of the automation's namespace. */
export interface Policies {
  /** Those that it considers, by name, with what they select. */
  readonly considered: ReadonlyMap<string, SelectedImage>;
  /** The others: why nothing comes from them. */
  readonly silent: ReadonlyMap<string, 'unselected' | 'pending' | 'failing'>;
}

export interface Source {
  readonly repository: GitRepository;
  readonly remote: GitRemote;
  /** Where the remote's credentials came from, when they do not stay the same. */
  readonly login?: { readonly source: LoginSource; readonly shown: Login };
  readonly route: Route;
  /** Who may have signed what is checked out, when that is asked. */
  readonly trusted?: TrustedKeys;
  /** What of `spec.verify` is not looked at, and why. */
  readonly unverified?: string;
  /** When the commits are to be signed. */
  readonly sign?: SignCommit;
}

export async function gatherPolicies(
  automation: ImageUpdateAutomation,
  store: ObjectStore,
): Promise<Policies> {
  const { namespace } = automation.metadata;
  const { items } = await store.list('ImagePolicy', { namespace });
  const considered = new Map<string, SelectedImage>();
  const silent = new Map<string, 'unselected' | 'pending' | 'failing'>();
  for (const policy of items) {
    const { name } = policy.metadata;
    const latest = policy.status?.latestRef;
    if (!selects(automation, policy)) silent.set(name, 'unselected');
    else if (latest !== undefined) considered.set(name, latest);
    else silent.set(name, hasFailed(policy) ? 'failing' : 'pending');
  }
  return { considered, silent };
}

function hasFailed({ status }: ImagePolicy): boolean {
  return findCondition(status?.conditions ?? [], 'Ready')?.status === 'False';
}

function selects(automation: ImageUpdateAutomation, policy: ImagePolicy): boolean {
  const selector = automation.spec.policySelector;
  if (selector === undefined) return true;
  try {
    return toLabelSelector(selector).matches(policy.metadata.labels ?? {});
  } catch (error) {
    throw new TidemarkError('InvalidPolicySelector', `failed to parse policy selector: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The GitRepository, its credentials, the key that signs, and where to read and push. */
export async function gatherSource(
  automation: ImageUpdateAutomation,
  deps: GatherDeps,
  signal: AbortSignal,
): Promise<Source> {
  const { sourceRef, git } = automation.spec;
  const key = { namespace: sourceRef.namespace ?? automation.metadata.namespace, name: sourceRef.name };
  checkSource(automation, key, deps);
  if (git === undefined) {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      "source kind 'GitRepository' necessitates field .spec.git: invalid source configuration",
    );
  }
  const repository = await deps.store.get('GitRepository', key);
  if (repository === undefined) {
    throw sourceFailed(
      `referenced git repository does not exist: ${notFoundText('GitRepository', key.name)}`,
    );
  }
  const route = planRoute(git, repository);
  const reached = await access(automation, repository, { deps, signal });
  const verified = await verification(automation, repository, deps.store);
  const sign = await openSigner(automation, deps);
  return { repository, route, ...reached, ...verified, ...(sign === undefined ? {} : { sign }) };
}

async function verification(
  automation: ImageUpdateAutomation,
  repository: GitRepository,
  store: ObjectStore,
): Promise<Pick<Source, 'trusted' | 'unverified'>> {
  const { secret: name, gap } = planVerification(automation, repository);
  const secret = await readSecret(repository, { store, name, what: 'verification keys' });
  return {
    ...(secret === undefined ? {} : { trusted: trustedKeys(secret) }),
    ...(gap === undefined ? {} : { unverified: gap }),
  };
}

/** A Secret beside the GitRepository; undefined when none is named. Throws `SourceManagerFailed`. */
async function readSecret(
  { metadata: { namespace } }: GitRepository,
  {
    store,
    name,
    what,
  }: { readonly store: ObjectStore; readonly name: string | undefined; readonly what: string },
): Promise<Secret | undefined> {
  if (name === undefined) return undefined;
  const secret = await store.get('Secret', { namespace, name });
  if (secret !== undefined) return secret;
  const text = `failed to get secret '${namespace}/${name}': ${notFoundText('Secret', name)}`;
  throw sourceFailed(`failed to get ${what}: ${text}`);
}

function checkSource(automation: ImageUpdateAutomation, key: ObjectKey, deps: GatherDeps): void {
  const { kind } = automation.spec.sourceRef;
  if (kind !== 'GitRepository') {
    throw new TidemarkError(
      'InvalidSourceConfiguration',
      `source kind '${String(kind)}' not supported: invalid source configuration`,
    );
  }
  if (key.namespace !== automation.metadata.namespace && !deps.crossNamespaceAllowed) {
    throw new TidemarkError(
      'SourceAccessDenied',
      `can't access 'GitRepository/${formatKey(key)}', cross-namespace references have been blocked`,
    );
  }
}

/** How to reach the repository on behalf of an automation. Throws `InvalidSourceConfiguration`, `SourceManagerFailed` and `FeatureUnsupported`. */
export async function access(
  automation: ImageUpdateAutomation,
  repository: GitRepository,
  { deps, signal }: { readonly deps: GatherDeps; readonly signal: AbortSignal },
): Promise<Pick<Source, 'remote' | 'login'>> {
  const { store, readsLocalFiles } = deps;
  if (!readsLocalFiles) refuseLocalFiles(repository);
  const { secretRef, proxySecretRef } = repository.spec;
  const read = (name: string | undefined, what: string): Promise<Secret | undefined> =>
    readSecret(repository, { store, name, what });
  const secret = await read(secretRef?.name, 'auth options');
  const proxySecret = await read(proxySecretRef?.name, 'proxy options');
  try {
    const remote = gitRemote(repository, { secret, proxySecret });
    const source = await gitLogin({ automation, repository, secret, remote }, deps);
    if (source === undefined) return { remote };
    const shown = await source.login(signal);
    const { identity } = source;
    return { login: { source, shown }, remote: { ...remote, identity, credentials: shown } };
  } catch (error) {
    if (isTidemarkError(error, 'LoginFailed'))
      throw sourceFailed(`failed to configure authentication options: ${error.message}`, error);
    throw isTidemarkError(error, 'CredentialsInvalid') ? sourceFailed(error.message, error) : error;
  }
}
