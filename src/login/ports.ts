import type { Login, LoginSource } from '../model/login.ts';
import type { GithubApp } from './github-app/github-app.ts';

export type CloudProvider = 'aws' | 'azure' | 'gcp';

/** Through what the exchange for a login goes: the same proxy and trust that the login is used with. */
export interface LoginRoute {
  /** Proxy URL, with user information if it needs any. */
  readonly proxy?: string;
  /** PEM text, added to the system's trust. */
  readonly ca?: string;
}

/** A service account of a cluster, whose identity a cloud takes for one of its own. */
export interface AccountIdentity {
  readonly namespace: string;
  readonly name: string;
  /** They name the role or the client that the cloud knows the account by. */
  readonly annotations: Readonly<Record<string, string>>;
  /** A token of the account for one audience, signed by the cluster. */
  requestToken(audience: string, signal: AbortSignal): Promise<string>;
}

/** Whose login is wanted. */
export interface CloudIdentity {
  readonly provider: CloudProvider;
  /** The program's own identity when absent: what its environment, files and machine say. */
  readonly account?: AccountIdentity;
  readonly route: LoginRoute;
}

/** Which object a login is for: what a person finds in metrics. */
export interface LoginPurpose {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Logins of clouds and forges. They are exchanged when they are first needed, shared by everything with the same identity, and renewed when
 * 80 % of their life is over. Nothing is asked when a source is made: what is wrong with a host or a key is told by `login`.
 */
export interface Logins {
  /** For the registry that `image` (`host/path`) lies in. */
  registry(image: string, identity: CloudIdentity, purpose: LoginPurpose): LoginSource;
  /** For a repository of CodeCommit or Azure DevOps. */
  git(url: string, identity: CloudIdentity, purpose: LoginPurpose): LoginSource;
  githubApp(app: GithubApp, route: LoginRoute, purpose: LoginPurpose): LoginSource;
  close(): Promise<void>;
}

/** A login as an exchange gives it. */
export interface TimedLogin {
  readonly login: Login;
  /** How long it is good for, from now. */
  readonly lifetimeMs: number;
}

/** One provider's way of getting logins. Throws `LoginFailed`; caches nothing. */
export interface CloudExchange {
  /** Throws `LoginFailed` when the host of the image is none of the provider's. */
  registry(image: string, identity: CloudIdentity, signal: AbortSignal): Promise<TimedLogin>;
  git?(url: string, identity: CloudIdentity, signal: AbortSignal): Promise<TimedLogin>;
}
