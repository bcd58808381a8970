import type { ObjectKey } from '../model/object-key.ts';

export interface ServiceAccount {
  readonly annotations: Readonly<Record<string, string>>;
  /** Names of Secrets in its namespace, in its order. */
  readonly pullSecrets: readonly string[];
}

/** The service accounts of a cluster. Read when they are needed, and never watched. */
export interface ServiceAccounts {
  get(key: ObjectKey): Promise<ServiceAccount | undefined>;
  /** A token of that account for one audience, signed by the cluster. */
  requestToken(key: ObjectKey, audience: string, signal: AbortSignal): Promise<string>;
}
