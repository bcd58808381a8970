import type { HttpClient } from '../../../http/http-client.ts';
import { messageOf, TidemarkError } from '../../../model/errors.ts';
import type { AwsCredentials } from '../../aws/aws-credentials.ts';
import type { LoginRoute } from '../../ports.ts';
import { explainSdkFailure } from './explain-sdk-failure.ts';
import { sdkHttpHandler } from './sdk-http-handler.ts';

/** Where credentials are asked for, should that take a request. */
export interface CredentialsWay {
  readonly region: string;
  readonly route: LoginRoute;
}

/** The credentials that the machine or the pod has by itself. */
export interface MachineCredentialSource {
  /** Throws `LoginFailed`. */
  get(way: CredentialsWay, signal: AbortSignal): Promise<AwsCredentials>;
  /** They were not taken: looks for others the next time. */
  forget(way: CredentialsWay): void;
}

type Provider = () => Promise<AwsCredentials>;

/** So many ways keep their credentials. */
const keptWays = 64;

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * AWS's own chain: environment, shared files (profiles, SSO, processes), web identity, container and instance. It keeps credentials until
 * shortly before they end. It is loaded when it is first needed.
 */
export class MachineCredentials implements MachineCredentialSource {
  readonly #http: HttpClient;
  readonly #providers = new Map<string, Promise<Provider>>();

  constructor(http: HttpClient) {
    this.#http = http;
  }

  async get(way: CredentialsWay, signal: AbortSignal): Promise<AwsCredentials> {
    const key = keyOf(way);
    const open = this.#providers.get(key) ?? this.#open(way);
    this.#providers.delete(key);
    this.#providers.set(key, open);
    const [oldest] = this.#providers.keys();
    if (this.#providers.size > keptWays && oldest !== undefined) this.#providers.delete(oldest);
    try {
      return await orAborted(
        open.then((provider) => provider()),
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw error;
      // A file that was mended, or a session that was begun meanwhile, is to be seen the next time.
      this.forget(way);
      throw new TidemarkError('LoginFailed', explainSdkFailure(error), { cause: error });
    }
  }

  forget(way: CredentialsWay): void {
    this.#providers.delete(keyOf(way));
  }

  async #open({ region, route }: CredentialsWay): Promise<Provider> {
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    const requestHandler = sdkHttpHandler(this.#http, route);
    return defaultProvider({
      logger: silent,
      ignoreCache: true,
      clientConfig: { requestHandler, logger: silent },
      // The region of single sign-on is its own, and what `clientConfig` says would go before it.
      parentClientConfig: { region },
    });
  }
}

function keyOf({ region, route }: CredentialsWay): string {
  return JSON.stringify([region, route.proxy, route.ca]);
}

/** The chain knows no signal: who gives up leaves it to the others. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => {
      reject(
        new TidemarkError('Aborted', `called off: ${messageOf(signal.reason)}`, { cause: signal.reason }),
      );
    };
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
