import { TidemarkError } from '../../model/errors.ts';
import type { AccountIdentity } from '../ports.ts';

/** What the annotations of a service account of a cluster say about its identity at Google. */
export interface GcpAccount {
  /** The service account of Google that is impersonated; the cluster's account itself has the roles when absent. */
  readonly email?: string;
  /** `projects/.../providers/...` in a workload identity pool; the cluster is one of GKE when absent. */
  readonly provider?: string;
}

const emailKey = 'iam.gke.io/gcp-service-account';
const emailPattern = String.raw`^[a-zA-Z0-9-]{1,100}@[a-zA-Z0-9-]{1,100}\.iam\.gserviceaccount\.com$`;
const providerKey = 'gcp.auth.fluxcd.io/workload-identity-provider';
const providerPattern = String.raw`^projects/\d{1,30}/locations/global/workloadIdentityPools/[^/]{1,100}/providers/[^/]{1,100}$`;

/** Reads the annotations; texts as Flux has them. Throws `LoginFailed`. */
export function gcpAccount({ annotations }: Pick<AccountIdentity, 'annotations'>): GcpAccount {
  const read = (key: string, pattern: string): string | undefined => {
    const value = annotations[key] || undefined;
    if (value === undefined || new RegExp(pattern).test(value)) return value;
    throw new TidemarkError('LoginFailed', `invalid ${key} annotation: '${value}'. must match ${pattern}`);
  };
  const email = read(emailKey, emailPattern);
  const provider = read(providerKey, providerPattern);
  return { ...(email === undefined ? {} : { email }), ...(provider === undefined ? {} : { provider }) };
}
