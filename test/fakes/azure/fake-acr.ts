import { TokenIssuer } from '../tokens/token-issuer.ts';
import {
  tokenListener,
  type TokenCall,
  type TokenFaults,
  type TokenReply,
} from '../tokens/token-exchange.ts';
import type { FakeEntra } from './fake-entra.ts';

export interface FakeAcrOptions {
  readonly host: string;
  readonly entra: FakeEntra;
  readonly tenant: string;
  /** Client ids with the role to pull. */
  readonly pullers: readonly string[];
  readonly lifetimeSeconds?: number;
}

/** The token exchange of an Azure Container Registry, by its documentation. */
export class FakeAcr {
  readonly faults: TokenFaults = {};
  readonly calls: TokenCall[] = [];
  /** The last one that was given out: what the registry takes beside the user name of zeros. */
  refreshToken = 'none yet';
  readonly #options: FakeAcrOptions;
  readonly #issuer: TokenIssuer;

  constructor(options: FakeAcrOptions) {
    this.#options = options;
    this.#issuer = new TokenIssuer({
      issuer: 'Azure Container Registry',
      now: () => Date.now() + (this.faults.clockAheadMs ?? 0),
    });
  }

  /** Serves `/oauth2/exchange`. */
  get listener(): ReturnType<typeof tokenListener> {
    return tokenListener(this.faults, (call) => this.#answer(call));
  }

  #answer(call: TokenCall): TokenReply {
    this.calls.push(call);
    const { host, entra, tenant, pullers, lifetimeSeconds = 10_800 } = this.#options;
    const { form, url, method } = call;
    if (method !== 'POST' || url.pathname !== '/oauth2/exchange')
      return { status: 404, body: 'no such place' };
    if (form.get('grant_type') !== 'access_token' || form.get('service') !== host)
      return { status: 400, body: { errors: [{ code: 'UNSUPPORTED' }] } };
    const shown = form.get('access_token') ?? '';
    const claims = entra.issued.get(shown);
    const isOurs =
      claims?.['aud'] === 'https://containerregistry.azure.net' &&
      claims['tid'] === tenant &&
      (form.get('tenant') ?? tenant) === tenant &&
      pullers.includes(String(claims['appid']));
    if (!isOurs)
      return { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: `not good: ${shown}` }] } };
    const jti = `CANARY-acr-${this.calls.length}`;
    this.refreshToken = this.#issuer.issue(host, { jti, sub: claims['appid'] }, lifetimeSeconds);
    return { status: 200, body: { refresh_token: this.refreshToken } };
  }
}
