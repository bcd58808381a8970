import { createHash } from 'node:crypto';
import { isTidemarkError, TidemarkError } from '../model/errors.ts';
import type { LoginSource } from '../model/login.ts';
import type { CloudIdentity, CloudProvider, LoginPurpose, LoginRoute, Logins } from '../login/ports.ts';
import type { ObjectKey } from '../model/object-key.ts';
import { formatKey } from '../model/object-key.ts';
import type { ServiceAccounts } from '../store/service-accounts.ts';

/** Where logins of clouds and forges come from. */
export interface LoginSources {
  readonly logins: Logins;
  /** Absent without a cluster. */
  readonly accounts?: ServiceAccounts;
  /** Whether an object may name the service account whose identity is used. */
  readonly objectLevelIdentity: boolean;
  /** The account of objects that name none, in their own namespace. */
  readonly defaultServiceAccount?: string | undefined;
}

export interface CloudLoginRequest {
  readonly provider: CloudProvider;
  readonly purpose: LoginPurpose;
  readonly route: LoginRoute;
  /** Where the account is looked up, and under which name. */
  readonly namespace: string;
  readonly accountName: string | undefined;
}

const gateText =
  'to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller';

const permissionText =
  'to let the controller ask for tokens of service accounts apply the component deploy/components/object-level-identity, or set objectLevelIdentity=true in the chart';

/** The login that a cloud gives for an object: for the account that it names, else for the program itself. Throws `FeatureUnsupported`. */
export async function cloudLogin(
  request: CloudLoginRequest,
  sources: LoginSources,
  sourceFor: (identity: CloudIdentity) => LoginSource,
): Promise<LoginSource> {
  const { provider, route, namespace, accountName } = request;
  const { accounts, objectLevelIdentity, defaultServiceAccount } = sources;
  if (accountName !== undefined && accounts === undefined)
    throw new TidemarkError(
      'FeatureUnsupported',
      "spec.serviceAccountName names an account of a cluster, and there is none here; remove it to use the machine's own identity",
    );
  if (accountName !== undefined && !objectLevelIdentity)
    throw new TidemarkError('FeatureUnsupported', gateText);
  const name = accountName ?? (objectLevelIdentity ? defaultServiceAccount : undefined);
  if (name === undefined || accounts === undefined) return sourceFor({ provider, route });
  const key = { namespace, name };
  const account = await accounts.get(key);
  if (account === undefined) return missingAccount(key);
  return sourceFor({
    provider,
    route,
    account: {
      ...key,
      annotations: account.annotations,
      requestToken: (audience, signal) => accountToken(key, { accounts, audience }, signal),
    },
  });
}

async function accountToken(
  key: ObjectKey,
  { accounts, audience }: { readonly accounts: ServiceAccounts; readonly audience: string },
  signal: AbortSignal,
): Promise<string> {
  try {
    return await accounts.requestToken(key, audience, signal);
  } catch (error) {
    if (!isTidemarkError(error) || error.code === 'Aborted') throw error;
    const advice = error.code === 'ClusterForbidden' ? `; ${permissionText}` : '';
    const { retryAfterMs } = error;
    throw new TidemarkError(
      'LoginFailed',
      `failed to create kubernetes token for service account '${formatKey(key)}': ${error.message}${advice}`,
      { cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    );
  }
}

/** Told when a login is wanted, as everything else that is wrong with one. */
function missingAccount(key: ObjectKey): LoginSource {
  const message = `failed to get service account '${formatKey(key)}': serviceaccounts "${key.name}" not found`;
  return {
    identity: createHash('sha256').update(message).digest('hex'),
    login: async () => {
      throw new TidemarkError('LoginFailed', message);
    },
    refuse: () => undefined,
  };
}
