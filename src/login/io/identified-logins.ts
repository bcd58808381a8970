import { createHash } from 'node:crypto';
import type { LoginSource } from '../../model/login.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { GithubApp } from '../github-app/github-app.ts';
import type {
  CloudExchange,
  CloudIdentity,
  CloudProvider,
  LoginPurpose,
  LoginRoute,
  Logins,
  TimedLogin,
} from '../ports.ts';
import type { LoginCache } from './login-cache.ts';

export interface LoginsOptions {
  readonly cache: LoginCache;
  readonly clouds: Readonly<Partial<Record<CloudProvider, CloudExchange>>>;
  readonly githubApp?: (app: GithubApp, route: LoginRoute, signal: AbortSignal) => Promise<TimedLogin>;
  readonly close?: () => Promise<void>;
}

/** Logins by provider. One for the whole process, so that everything with the same identity shares one login. */
export class IdentifiedLogins implements Logins {
  readonly #options: LoginsOptions;

  constructor(options: LoginsOptions) {
    this.#options = options;
  }

  registry(image: string, identity: CloudIdentity, purpose: LoginPurpose): LoginSource {
    const { provider } = identity;
    const cloud = this.#options.clouds[provider];
    const registry = image.split('/')[0] ?? '';
    return this.#source([...partsOf(identity), 'registry', registry], purpose, async (signal) => {
      if (cloud === undefined) throw notSupported(provider, 'registries');
      return cloud.registry(image, identity, signal);
    });
  }

  git(url: string, identity: CloudIdentity, purpose: LoginPurpose): LoginSource {
    const { provider } = identity;
    const cloud = this.#options.clouds[provider];
    return this.#source([...partsOf(identity), 'git', url], purpose, async (signal) => {
      if (cloud?.git === undefined) throw notSupported(provider, 'Git repositories');
      return cloud.git(url, identity, signal);
    });
  }

  githubApp(app: GithubApp, route: LoginRoute, purpose: LoginPurpose): LoginSource {
    const { githubApp } = this.#options;
    const { appId, privateKey, installation, baseUrl } = app;
    const parts = ['github', appId, privateKey, installation, baseUrl, route.proxy, route.ca];
    return this.#source(parts, purpose, async (signal) => {
      if (githubApp === undefined) throw notSupported('github', 'Git repositories');
      return githubApp(app, route, signal);
    });
  }

  async close(): Promise<void> {
    await this.#options.close?.();
  }

  #source(
    parts: readonly unknown[],
    purpose: LoginPurpose,
    exchange: (signal: AbortSignal) => Promise<TimedLogin>,
  ): LoginSource {
    const { cache } = this.#options;
    const identity = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return {
      identity,
      login: (signal) => cache.get(identity, { purpose, signal }, exchange),
      refuse: (login) => cache.refuse(identity, login),
    };
  }
}

/** Everything that makes one identity another one. A role in an annotation counts: who edits it is somebody else from then on. */
function partsOf({ provider, account, route }: CloudIdentity): readonly unknown[] {
  const { namespace, name, annotations = {} } = account ?? {};
  const known = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return [provider, namespace, name, known, route.proxy, route.ca];
}

function notSupported(provider: string, what: string): TidemarkError {
  return new TidemarkError('LoginFailed', `provider '${provider}' gives no logins for ${what}`);
}
