import type { Refusal } from '../http/guarded-lookup.ts';
import type { Trust } from '../http/trust.ts';
import type { Clock } from '../model/clock.ts';
import { IdentifiedLogins } from '../login/io/identified-logins.ts';
import { LoginCache, type LoginCacheEvent } from '../login/io/login-cache.ts';
import type { Logins } from '../login/ports.ts';
import { openExchanges } from './open-exchanges.ts';

export interface LoginCacheSettings {
  /** So many logins are kept; none with 0. */
  readonly maxSize: number;
  readonly maxDurationMs: number;
}

export interface LoginsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly userAgent: string;
  /** Hosts and addresses that nothing connects to because an object says so. */
  readonly refuse?: Refusal;
  /** Whom TLS trusts, for every client alike; without it the authorities of Node and the machine alone. */
  readonly trust?: Trust;
  readonly loginCache?: LoginCacheSettings;
  readonly observeLogins?: (event: LoginCacheEvent) => void;
}

/** As Flux's flags have it. */
const usualCache: LoginCacheSettings = { maxSize: 100, maxDurationMs: 3_600_000 };

/** The logins of clouds and forges, with everything that they are exchanged with. */
export function openLogins(options: LoginsOptions): Logins {
  const { clock, loginCache = usualCache, observeLogins } = options;
  const exchanges = openExchanges(options);
  const { aws, azure, gcp, githubApp } = exchanges;
  const cache = new LoginCache({
    clock,
    ...loginCache,
    ...(observeLogins === undefined ? {} : { observe: observeLogins }),
  });
  return new IdentifiedLogins({
    cache,
    clouds: { aws, azure, gcp },
    githubApp,
    close: () => exchanges.close(),
  });
}
