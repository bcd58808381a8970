import { constants, createHash, X509Certificate } from 'node:crypto';
import { openToken, TokenIssuer, type Claims, type KnownIssuer } from '../tokens/token-issuer.ts';
import {
  tokenListener,
  type TokenCall,
  type TokenFaults,
  type TokenReply,
} from '../tokens/token-exchange.ts';

export interface FakeApplication {
  readonly secret?: string;
  readonly secretExpired?: boolean;
  /** PEM. */
  readonly certificate?: string;
  /** Whose tokens it takes for its own: who signs them, and for whom they are. */
  readonly federated?: { readonly issuer: KnownIssuer; readonly subject: string };
}

export interface FakeEntraOptions {
  /** Applications by client id, by tenant. */
  readonly tenants: Readonly<Record<string, Readonly<Record<string, FakeApplication>>>>;
  /** Scopes that tokens are given for. */
  readonly scopes: readonly string[];
}

interface Asked {
  readonly tenant: string;
  readonly clientId: string;
  readonly application: FakeApplication;
}

const audience = 'api://AzureADTokenExchange';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const lifetimeSeconds = 3599;

/**
 * Microsoft Entra ID's token endpoint, by its documentation: the client credentials grant with a secret, a certificate or a token of
 * another issuer. Refusals carry the documented codes, and repeat what was sent in their description, as a trap for whoever shows it.
 * Microsoft's own library (@azure/identity 4.13.1) gets its tokens here with each of the three.
 */
export class FakeEntra {
  readonly faults: TokenFaults = {};
  /** Tokens that were given out, with what they say. */
  readonly issued = new Map<string, Claims>();
  readonly calls: TokenCall[] = [];
  readonly #options: FakeEntraOptions;
  readonly #issuer: TokenIssuer;

  constructor(options: FakeEntraOptions) {
    this.#options = options;
    this.#issuer = new TokenIssuer({ issuer: 'https://sts.windows.net/', now: () => this.#now() });
  }

  get listener(): ReturnType<typeof tokenListener> {
    return tokenListener(this.faults, (call) => this.#answer(call));
  }

  /** A token as the metadata services of managed identities give it. */
  issue(scope: string, tenant: string, appid: string): string {
    const claims = { tid: tenant, appid, nonce: `CANARY-entra-${this.issued.size}` };
    const token = this.#issuer.issue(scope.replace('/.default', ''), claims, lifetimeSeconds);
    this.issued.set(token, { ...claims, aud: scope.replace('/.default', '') });
    return token;
  }

  #answer(call: TokenCall): TokenReply {
    this.calls.push(call);
    const { method, url, form } = call;
    const [, tenant = ''] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(url.pathname) ?? [];
    if (method !== 'POST' || tenant === '') return { status: 404, body: 'no such place' };
    const applications = this.#options.tenants[tenant];
    const clientId = form.get('client_id') ?? '';
    const application = applications?.[clientId];
    if (applications === undefined) return refuse(call, 90002, 'invalid_request');
    if (application === undefined) return refuse(call, 700016, 'unauthorized_client');
    if (form.get('grant_type') !== 'client_credentials') return refuse(call, 70003, 'unsupported_grant_type');
    const scope = form.get('scope') ?? '';
    if (!this.#options.scopes.includes(scope)) return refuse(call, 500011, 'invalid_resource');
    const code = this.#checkProof(call, { tenant, clientId, application });
    if (code !== undefined) return refuse(call, code, 'invalid_client');
    const token = this.issue(scope, tenant, clientId);
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: lifetimeSeconds,
        ext_expires_in: lifetimeSeconds,
        access_token: token,
      },
    };
  }

  /** The code of what is wrong with it. */
  #checkProof({ form, url }: TokenCall, { application, clientId }: Asked): number | undefined {
    const secret = form.get('client_secret');
    if (secret !== null) {
      if (application.secretExpired === true) return 7000222;
      return secret === application.secret ? undefined : 7000215;
    }
    const assertion = form.get('client_assertion') ?? '';
    if (form.get('client_assertion_type') !== assertionType) return 7000218;
    if (application.certificate !== undefined)
      return this.#checkCertificate(assertion, { certificate: application.certificate, clientId, url });
    return this.#checkFederated(assertion, application);
  }

  #checkFederated(assertion: string, { federated }: FakeApplication): number | undefined {
    if (federated === undefined) return 70021;
    const { claims } = openToken(assertion, federated.issuer.publicKey) ?? {};
    if (claims === undefined || claims['iss'] !== federated.issuer.issuer) return 700211;
    if (claims['aud'] !== audience) return 700212;
    if (claims['sub'] !== federated.subject) return 700213;
    return this.#isInTime(claims) ? undefined : 700024;
  }

  #checkCertificate(
    assertion: string,
    {
      certificate,
      clientId,
      url,
    }: { readonly certificate: string; readonly clientId: string; readonly url: URL },
  ): number | undefined {
    const known = new X509Certificate(certificate);
    const { header, claims } =
      openToken(assertion, {
        key: known.publicKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }) ?? {};
    const thumbprint = createHash('sha256').update(known.raw).digest('base64url');
    if (header?.['alg'] !== 'PS256' || header['x5t#S256'] !== thumbprint) return 700027;
    if (
      claims?.['iss'] !== clientId ||
      claims['sub'] !== clientId ||
      claims['aud'] !== `${url.origin}${url.pathname}`
    )
      return 50027;
    return this.#isInTime(claims) ? undefined : 700024;
  }

  #isInTime(claims: Claims): boolean {
    const now = this.#now() / 1000;
    const from = claims['nbf'] ?? claims['iat'];
    // Entra allows for five minutes.
    return Number(from) <= now + 300 && now - 300 < Number(claims['exp']);
  }

  #now(): number {
    return Date.now() + (this.faults.clockAheadMs ?? 0);
  }
}

function refuse({ form }: TokenCall, code: number, error: string): TokenReply {
  const status = error === 'invalid_client' ? 401 : 400;
  const sent = [...form.values()].join(' ');
  const body = {
    error,
    error_description: `AADSTS${code}: not good: ${sent}`,
    error_codes: [code],
    trace_id: 'x',
  };
  return { status, body };
}
