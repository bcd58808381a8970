import type { Refusal } from '../http/guarded-lookup.ts';
import { HttpClient } from '../http/http-client.ts';
import { proxyFromEnvironment } from '../http/proxy-environment.ts';
import type { Trust } from '../http/trust.ts';
import type { Clock } from '../model/clock.ts';
import { AwsClient } from '../login/io/aws/aws-client.ts';
import { AwsExchange } from '../login/io/aws/aws-exchange.ts';
import { MachineCredentials } from '../login/io/aws/machine-credentials.ts';
import { IdentifiedLogins } from '../login/io/identified-logins.ts';
import { LoginCache, type LoginCacheEvent } from '../login/io/login-cache.ts';
import type { Logins } from '../login/ports.ts';

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

/** A cloud that is silent for longer is not waited for. */
const silenceTimeoutMs = 10_000;

/** The logins of clouds and forges, with everything that they are exchanged with. */
export function openLogins(options: LoginsOptions): Logins {
  const { clock, environment, loginCache = usualCache, observeLogins } = options;
  const cache = new LoginCache({
    clock,
    ...loginCache,
    ...(observeLogins === undefined ? {} : { observe: observeLogins }),
  });
  const http = openClient(options);
  const aws = new AwsExchange({
    client: new AwsClient({ http, clock }),
    ambient: new MachineCredentials(http),
    clock,
    environment,
  });
  return new IdentifiedLogins({ cache, clouds: { aws }, close: () => http.close() });
}

/** One client for every exchange: what an object names is refused here as in a scan. */
function openClient({ userAgent, environment, refuse, trust }: LoginsOptions): HttpClient {
  return new HttpClient({
    userAgent,
    proxyFor: proxyFromEnvironment(environment),
    ...(trust === undefined ? {} : { trust }),
    connectTimeoutMs: silenceTimeoutMs,
    silenceTimeoutMs,
    maxBodyBytes: 2 ** 20,
    ...(refuse === undefined ? {} : { refuse }),
  });
}
