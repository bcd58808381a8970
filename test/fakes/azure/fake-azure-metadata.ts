import {
  tokenListener,
  type TokenCall,
  type TokenFaults,
  type TokenReply,
} from '../tokens/token-exchange.ts';
import type { FakeEntra } from './fake-entra.ts';

export interface FakeAzureMetadataOptions {
  readonly entra: FakeEntra;
  readonly tenant: string;
  /** The identities of this machine; the first is the default. */
  readonly clientIds: readonly string[];
  /** What App Service wants to see in `X-IDENTITY-HEADER`. */
  readonly header?: string;
}

/** The metadata services that give a machine or an app of Azure tokens of its managed identity. */
export class FakeAzureMetadata {
  readonly faults: TokenFaults = {};
  readonly calls: TokenCall[] = [];
  readonly #options: FakeAzureMetadataOptions;

  constructor(options: FakeAzureMetadataOptions) {
    this.#options = options;
  }

  get listener(): ReturnType<typeof tokenListener> {
    return tokenListener(this.faults, (call) => this.#answer(call));
  }

  #answer(call: TokenCall): TokenReply {
    this.calls.push(call);
    const { entra, tenant, clientIds, header = 'none' } = this.#options;
    const { url, headers } = call;
    const isMachine =
      /^\/metadata\/identity\/oauth2\/token\/?$/.test(url.pathname) &&
      headers['metadata'] === 'true' &&
      url.searchParams.get('api-version') === '2018-02-01';
    const isApp =
      url.pathname === '/msi/token' &&
      headers['x-identity-header'] === header &&
      url.searchParams.get('api-version') === '2019-08-01';
    if (!isMachine && !isApp) return { status: 403, body: { error: 'forbidden' } };
    const wanted = url.searchParams.get('client_id') ?? clientIds[0];
    if (wanted === undefined || !clientIds.includes(wanted))
      return { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found' } };
    const resource = url.searchParams.get('resource') ?? '';
    const token = entra.issue(`${resource}/.default`, tenant, wanted);
    const expiresOn = String(Math.floor(Date.now() / 1000) + 86_400);
    const common = { access_token: token, expires_on: expiresOn, resource, token_type: 'Bearer' };
    return { status: 200, body: isMachine ? { ...common, expires_in: '86400' } : common };
  }
}
