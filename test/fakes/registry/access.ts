import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type FakeAccess =
  | { readonly kind: 'open' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'token';
      /** Without a username the token desk gives tokens to anybody. */
      readonly username?: string;
      readonly password?: string;
      /** Accepted instead of username and password, by POST. */
      readonly refreshToken?: string;
      readonly lifetimeSeconds?: number;
      /** Where the challenge sends clients; the registry's own `/token` otherwise. */
      readonly realm?: string;
    };

type TokenAccess = Extract<FakeAccess, { kind: 'token' }>;

export interface TokenAnswer {
  readonly token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
}

const keptTokens = 1000;

/** Gives out bearer tokens and knows them again. */
export class TokenDesk {
  readonly #now: () => number;
  readonly #issued = new Map<string, { readonly scopes: readonly string[]; readonly expires: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(access: TokenAccess, scopes: readonly string[]): TokenAnswer {
    const lifetime = access.lifetimeSeconds ?? 300;
    const token = `token-${randomUUID()}`;
    if (this.#issued.size >= keptTokens) this.#dropExpired();
    this.#issued.set(token, { scopes, expires: this.#now() + lifetime * 1000 });
    const issuedAt = new Date(this.#now()).toISOString();
    return { token, access_token: token, expires_in: lifetime, issued_at: issuedAt };
  }

  #dropExpired(): void {
    for (const [token, { expires }] of this.#issued) if (expires <= this.#now()) this.#issued.delete(token);
  }

  /** Makes every token given out so far worthless. */
  revokeAll(): void {
    this.#issued.clear();
  }

  allows(token: string, scope: string | undefined): boolean {
    const known = this.#issued.get(token);
    if (!known || known.expires <= this.#now()) return false;
    if (scope === undefined) return true;
    const [type = '', name = '', wanted = ''] = scope.split(':');
    return known.scopes.some((granted) => {
      const [grantedType, grantedName, actions = ''] = granted.split(':');
      const held = actions.split(',');
      return (
        grantedType === type && grantedName === name && wanted.split(',').every((one) => held.includes(one))
      );
    });
  }
}

/** The challenge for a request that may not pass, or undefined when it may. */
export function challengeFor(
  request: IncomingMessage,
  { access, scope, tokens }: { access: FakeAccess; scope: string | undefined; tokens: TokenDesk },
): string | undefined {
  const header = request.headers.authorization ?? '';
  if (access.kind === 'open') return undefined;
  if (access.kind === 'basic') {
    return header === basicHeader(access.username, access.password) ? undefined : 'Basic realm="fake"';
  }
  if (header.startsWith('Bearer ') && tokens.allows(header.slice('Bearer '.length), scope)) return undefined;
  const realm = access.realm ?? `${originOf(request)}/token`;
  return `Bearer realm="${realm}",service="fake"${scope === undefined ? '' : `,scope="${scope}"`}`;
}

/** What the token desk answers: a token, or undefined when the caller is not known. */
export function exchangeToken(
  request: IncomingMessage,
  { access, form, tokens }: { access: TokenAccess; form: URLSearchParams; tokens: TokenDesk },
): TokenAnswer | undefined {
  const known =
    access.username === undefined ||
    request.headers.authorization === basicHeader(access.username, access.password ?? '') ||
    (access.refreshToken !== undefined && form.get('refresh_token') === access.refreshToken);
  return known
    ? tokens.issue(
        access,
        form.getAll('scope').flatMap((scope) => scope.split(' ')),
      )
    : undefined;
}

export function originOf(request: IncomingMessage): string {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return `${scheme}://${request.headers.host ?? 'localhost'}`;
}

function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
