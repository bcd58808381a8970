import type { KeyObject } from 'node:crypto';
import { openToken, type Claims, type KnownIssuer } from '../tokens/token-issuer.ts';
import {
  tokenListener,
  type TokenCall,
  type TokenFaults,
  type TokenReply,
} from '../tokens/token-exchange.ts';

export interface FakeGoogleOptions {
  /** Keys of service accounts, by their e-mail address. */
  readonly keys?: Readonly<Record<string, { readonly id: string; readonly publicKey: KeyObject }>>;
  /** A person who is logged in. */
  readonly user?: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  /** Providers of workload identity pools, by audience: whose tokens they take, and for whom they must be. */
  readonly providers?: Readonly<
    Record<string, { readonly issuer: KnownIssuer; readonly tokenAudience: string }>
  >;
  /** Who may impersonate whom: subjects by e-mail address. */
  readonly impersonators?: Readonly<Record<string, readonly string[]>>;
  readonly lifetimeSeconds?: number;
}

interface Issued {
  readonly subject: string;
  readonly scopes: readonly string[];
}

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';
const userEmail = 'https://www.googleapis.com/auth/userinfo.email';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * Google's token services by their documentation: OAuth, Security Token Service, and the impersonation of service accounts. Google's own
 * library (google-auth-library 10.9.1) gets its tokens here by a key, a login, and workload identity federation with impersonation.
 */
export class FakeGoogle {
  readonly faults: TokenFaults = {};
  readonly calls: TokenCall[] = [];
  /** Access tokens that were given out. */
  readonly issued = new Map<string, Issued>();
  readonly #options: FakeGoogleOptions;

  constructor(options: FakeGoogleOptions) {
    this.#options = options;
  }

  /** Serves all its hosts. */
  get listener(): ReturnType<typeof tokenListener> {
    return tokenListener(this.faults, (call) => this.#answer(call));
  }

  /** The last token that a registry takes. */
  get registryToken(): string {
    const good = [...this.issued].filter(
      ([, { scopes }]) => scopes.includes(cloudPlatform) && scopes.includes(userEmail),
    );
    return good.at(-1)?.[0] ?? 'none yet';
  }

  issue(subject: string, scopes: readonly string[]): string {
    const token = `ya29.CANARY-google-${this.issued.size}.${subject.length}`;
    this.issued.set(token, { subject, scopes });
    return token;
  }

  #answer(call: TokenCall): TokenReply {
    this.calls.push(call);
    const place = `${call.method} ${call.url.hostname}${call.url.pathname}`;
    if (place === 'POST oauth2.googleapis.com/token') return this.#oauth(call);
    if (place === 'POST sts.googleapis.com/v1/token') return this.#securityToken(call);
    const email =
      /^POST iamcredentials\.googleapis\.com\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(
        place,
      )?.[1];
    return email === undefined ? { status: 404, body: 'no such place' } : this.#impersonate(call, email);
  }

  #oauth(call: TokenCall): TokenReply {
    const { form } = call;
    if (form.get('grant_type') === jwtBearer) return this.#assertion(call);
    const { user } = this.#options;
    if (form.get('grant_type') !== 'refresh_token') return refuse(call, 'unsupported_grant_type');
    if (form.get('client_id') !== user?.clientId || form.get('client_secret') !== user.clientSecret)
      return refuse(call, 'invalid_client', 401);
    if (form.get('refresh_token') !== user.refreshToken) return refuse(call, 'invalid_grant');
    return this.#token(this.issue('user', [cloudPlatform, userEmail]));
  }

  #assertion(call: TokenCall): TokenReply {
    const assertion = call.form.get('assertion') ?? '';
    for (const [email, { id, publicKey }] of Object.entries(this.#options.keys ?? {})) {
      const { header, claims } = openToken(assertion, publicKey) ?? {};
      if (claims === undefined) continue;
      const isGood =
        header?.['alg'] === 'RS256' &&
        (header['kid'] ?? id) === id &&
        claims['iss'] === email &&
        claims['aud'] === 'https://oauth2.googleapis.com/token' &&
        this.#isShort(claims);
      if (isGood) return this.#token(this.issue(email, String(claims['scope']).split(' ')));
    }
    return refuse(call, 'invalid_grant');
  }

  #securityToken(call: TokenCall): TokenReply {
    const { form } = call;
    if (
      form.get('grant_type') !== tokenExchange ||
      form.get('requested_token_type') !== 'urn:ietf:params:oauth:token-type:access_token'
    )
      return refuse(call, 'invalid_request');
    const provider = this.#options.providers?.[form.get('audience') ?? ''];
    if (provider === undefined) return refuse(call, 'invalid_target');
    if (form.get('subject_token_type') !== 'urn:ietf:params:oauth:token-type:jwt')
      return refuse(call, 'invalid_request');
    const { claims } = openToken(form.get('subject_token') ?? '', provider.issuer.publicKey) ?? {};
    const isGood =
      claims?.['iss'] === provider.issuer.issuer &&
      claims['aud'] === provider.tokenAudience &&
      Number(claims['exp']) > this.#now() / 1000;
    if (!isGood) return refuse(call, 'invalid_grant');
    const token = this.issue(String(claims['sub']), (form.get('scope') ?? '').split(' '));
    return this.#token(token, { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
  }

  #impersonate({ headers, body }: TokenCall, email: string): TokenReply {
    const refuseApi = (status: number, name: string): TokenReply => ({
      status,
      body: { error: { code: status, message: `no: ${headers.authorization ?? ''}`, status: name } },
    });
    const from = this.issued.get((headers.authorization ?? '').replace(/^Bearer /, ''));
    if (from === undefined || !from.scopes.includes(cloudPlatform)) return refuseApi(401, 'UNAUTHENTICATED');
    const may = this.#options.impersonators?.[email];
    if (may === undefined) return refuseApi(404, 'NOT_FOUND');
    if (!may.includes(from.subject)) return refuseApi(403, 'PERMISSION_DENIED');
    const { scope, lifetime } = JSON.parse(body) as { scope: string[]; lifetime: string };
    const expireTime = new Date(this.#now() + Number.parseInt(lifetime, 10) * 1000).toISOString();
    return { status: 200, body: { accessToken: this.issue(email, scope), expireTime } };
  }

  #token(token: string, more: object = {}): TokenReply {
    const { lifetimeSeconds = 3599 } = this.#options;
    return {
      status: 200,
      body: { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer', ...more },
    };
  }

  /** Google takes assertions of an hour at the most, made about now. */
  #isShort(claims: Claims): boolean {
    const [iat, exp, now] = [Number(claims['iat']), Number(claims['exp']), this.#now() / 1000];
    return exp - iat <= 3600 && iat <= now + 300 && now < exp;
  }

  #now(): number {
    return Date.now() + (this.faults.clockAheadMs ?? 0);
  }
}

/** The description repeats what was sent, as a trap for whoever shows it. */
function refuse({ form }: TokenCall, error: string, status = 400): TokenReply {
  return { status, body: { error, error_description: `not good: ${[...form.values()].join(' ')}` } };
}
