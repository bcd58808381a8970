import { HttpClient } from '../http/http-client.ts';
import { proxyFromEnvironment } from '../http/proxy-environment.ts';
import { AwsClient } from '../login/io/aws/aws-client.ts';
import { AwsExchange } from '../login/io/aws/aws-exchange.ts';
import { MachineCredentials } from '../login/io/aws/machine-credentials.ts';
import { AzureExchange } from '../login/io/azure/azure-exchange.ts';
import { GithubAppExchange } from '../login/io/github-app/github-app-exchange.ts';
import { GcpExchange } from '../login/io/gcp/gcp-exchange.ts';
import type { LoginsOptions as ExchangedLogins } from '../login/io/identified-logins.ts';
import { TokenClient } from '../login/io/token-client.ts';
import type { CloudExchange } from '../login/ports.ts';
import type { LoginsOptions } from './open-logins.ts';

export interface Exchanges {
  readonly aws: CloudExchange;
  readonly azure: CloudExchange;
  readonly gcp: CloudExchange;
  readonly githubApp: NonNullable<ExchangedLogins['githubApp']>;
  close(): Promise<void>;
}

const timeoutMs = 10_000;
/** A metadata service is next door, or not at all. */
const ownConnectMs = 2000;
const mostBytes = 2 ** 20;

/** The exchanges of clouds and forges, and what they ask with. */
export function openExchanges({ environment, clock, userAgent, refuse, trust }: LoginsOptions): Exchanges {
  const common = { userAgent, silenceTimeoutMs: timeoutMs, maxBodyBytes: mostBytes, ...(trust && { trust }) };
  const http = new HttpClient({
    ...common,
    connectTimeoutMs: timeoutMs,
    proxyFor: proxyFromEnvironment(environment),
    ...(refuse === undefined ? {} : { refuse }),
  });
  const own = new HttpClient({ ...common, connectTimeoutMs: ownConnectMs });
  // Where hosts are refused, objects are other people's, and nobody is at the keyboard: the same with the next two.
  const isOwnHome = refuse === undefined;
  const tokens = new TokenClient({ http, own, clock, random: Math.random, trustsObjects: isOwnHome });
  const github = new GithubAppExchange({ http, clock });
  return {
    githubApp: (app, route, signal) => github.exchange(app, route, signal),
    aws: new AwsExchange({
      client: new AwsClient({ http, clock }),
      ambient: new MachineCredentials(http),
      clock,
      environment,
      trustsObjects: isOwnHome,
    }),
    azure: new AzureExchange({ tokens, clock, environment, developerLogins: isOwnHome }),
    gcp: new GcpExchange({ tokens, clock, environment }),
    close: async () => {
      await Promise.all([http.close(), own.close()]);
    },
  };
}
