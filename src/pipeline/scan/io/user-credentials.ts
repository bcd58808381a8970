import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '../../../model/clock.ts';
import type { ImageName } from '../../../model/image-ref.ts';
import type { Log } from '../../../model/log.ts';
import type { AmbientCredentials, FoundCredential, LazyCredential } from '../ports.ts';
import type { UserConfig, UserLogin } from '../user-config.ts';
import { parseUserConfig, userLogin } from '../user-config.ts';
import { BoundedCache } from './bounded-cache.ts';
import { askHelper } from './credential-helper.ts';
import { SharedFlights } from '../../../http/shared-flights.ts';

export interface UserCredentialsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly helperTimeoutMs?: number;
}

interface Reading {
  /** Changes with the file. */
  readonly version: string;
  /** Why it cannot be used, when it is a text. */
  readonly config: UserConfig | string;
}

interface Kept {
  readonly found: FoundCredential;
  readonly sinceMs: number;
}

/** What a helper said holds for so long: it may be slow, and cloud tokens live for hours. */
const keptMs = 10 * 60_000;
const keptFailureMs = 60_000;
/** A refused answer that is younger than this is as good as another one would be. */
const freshMs = 30_000;
const maxKept = 1000;

/**
 * The credentials of the user's own docker: `$DOCKER_CONFIG/config.json`, or `~/.docker/config.json`, with what its credential
 * helpers know. A problem with them is never in the way of a registry that answers anybody: it is told when one does not.
 */
export class UserCredentials implements AmbientCredentials {
  readonly #options: UserCredentialsOptions;
  readonly #path: string | undefined;
  readonly #answers: BoundedCache<Kept>;
  readonly #flights = new SharedFlights<FoundCredential>();
  #reading: Reading | undefined;

  constructor(options: UserCredentialsOptions) {
    this.#options = options;
    this.#path = configPath(options.environment);
    this.#answers = new BoundedCache(maxKept, () => options.clock.monotonicMs());
  }

  for(image: ImageName): LazyCredential | undefined {
    const path = this.#path;
    const reading = path === undefined ? undefined : this.#read(path);
    if (path === undefined || reading === undefined) return undefined;
    const { config, version } = reading;
    const identity = (what: unknown): string => `${path}@${version} ${JSON.stringify(what)}`;
    if (typeof config === 'string') {
      const problem = `${path} ${config}`;
      return {
        identity: identity('-'),
        find: async () => ({ origin: path, problem }),
        refuse: () => undefined,
      };
    }
    const login = userLogin(config, image);
    if (!login) return undefined;
    if (login.kind === 'entry') {
      const found = { origin: path, credential: login.credential };
      // Which entry it is says the session's key, by the credential's place among the others.
      const place = config.keychain.entries.findIndex(({ credential }) => credential === login.credential);
      return { identity: identity(place), find: async () => found, refuse: () => undefined };
    }
    return this.#lazy(login, { path, identity: identity(login) });
  }

  #lazy(
    login: Extract<UserLogin, { kind: 'helper' }>,
    { path, identity }: { readonly path: string; readonly identity: string },
  ): LazyCredential {
    return {
      identity,
      find: async (signal) => {
        const known = this.#answers.get(identity);
        if (known) return known.found;
        return this.#flights.join(identity, signal, async (shared) => {
          const found = await this.#ask(login, path, shared);
          const sinceMs = this.#options.clock.monotonicMs();
          const lifetimeMs = found.problem === undefined ? keptMs : keptFailureMs;
          this.#answers.set(identity, { found, sinceMs }, lifetimeMs);
          return found;
        });
      },
      refuse: () => {
        const known = this.#answers.get(identity);
        if (known && this.#options.clock.monotonicMs() - known.sinceMs >= freshMs)
          this.#answers.delete(identity);
      },
    };
  }

  async #ask(
    { helper, server }: Extract<UserLogin, { kind: 'helper' }>,
    path: string,
    signal: AbortSignal,
  ): Promise<FoundCredential> {
    const { environment, log, helperTimeoutMs: timeoutMs = 20_000 } = this.#options;
    const answer = await askHelper({ helper, server, environment, timeoutMs }, signal);
    const origin = `docker-credential-${helper}, named in ${path}`;
    if (answer.kind === 'found') return { origin, credential: answer.credential };
    if (answer.kind === 'none') return { origin };
    log.info('a credential helper could not be used; its registry is asked anonymously', {
      server,
      problem: answer.problem,
      config: path,
    });
    return { origin: path, problem: `${answer.problem}; it is named in ${path}` };
  }

  /** The file as it is now; undefined when there is none. It is small, and read when it has changed. */
  #read(path: string): Reading | undefined {
    try {
      const { mtimeMs, size, ino } = statSync(path);
      const version = `${mtimeMs}:${size}:${ino}`;
      if (this.#reading?.version !== version) {
        this.#reading = { version, config: parseUserConfig(readFileSync(path, 'utf8')) };
      }
      return this.#reading;
    } catch (error) {
      if (isMissing(error)) return undefined;
      return { version: '-', config: 'cannot be read' };
    }
  }
}

function configPath({
  DOCKER_CONFIG: folder,
  HOME: home,
}: UserCredentialsOptions['environment']): string | undefined {
  if (folder) return join(folder, 'config.json');
  return home ? join(home, '.docker', 'config.json') : undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
