import { TidemarkError } from '../../../model/errors.ts';
import type { Credential } from '../docker-config.ts';
import type { FoundCredential } from '../ports.ts';
import type { Challenge } from './challenge.ts';
import { isPrivateHost } from './redirect.ts';
import { refusedHint, statusError } from './registry-errors.ts';
import { whereOf } from './registry-transport.ts';
import type { Answered, Passage, RegistryRequest, RegistryTransport } from './registry-transport.ts';
import { secretsOf } from './secrets-of.ts';

export interface BearerToken {
  readonly value: string;
  readonly lifetimeMs: number;
}

/** What a token is wanted for. */
export interface TokenRequest {
  readonly challenge: Challenge;
  readonly scope: string;
  readonly credential: Credential;
  /** Where the credential comes from, or why there is none. */
  readonly found?: FoundCredential | undefined;
  /** Where the challenge came from. */
  readonly registry: URL;
  readonly lane: string;
}

/** What the specification says for an answer that does not say it. */
const defaultLifetimeSeconds = 60;

/** Exchanges a credential, or none, for a bearer token at the place that the registry names. */
export async function exchangeToken(
  request: TokenRequest,
  { transport, passage }: { readonly transport: RegistryTransport; readonly passage: Passage },
  signal: AbortSignal,
): Promise<BearerToken> {
  const realm = checkRealm(request, passage);
  const send = (sent: RegistryRequest) => transport.send(sent, passage, signal);
  const { identityToken } = request.credential;
  if (identityToken !== undefined) {
    const form = refreshForm(request, { realm, identityToken });
    const answer = await send(form);
    // Not every token server knows refresh tokens; those that do not answer 404.
    if (answer.status !== 404) return readToken(request, form, answer);
  }
  const query = basicQuery(request, realm);
  return readToken(request, query, await send(query));
}

/**
 * Where a registry may send credentials to: to any server over HTTPS (Docker Hub and GitLab name another host), and over
 * plain HTTP only to its own host, or from a local registry to a local host. A registry on the internet may not name an address of
 * a private network.
 */
function checkRealm({ challenge, registry, credential }: TokenRequest, { plainHttp }: Passage): URL {
  const realm = URL.parse(challenge.parameters['realm'] ?? '');
  const refuse = (what: string): never => {
    throw new TidemarkError('RegistryBadAnswer', `the registry ${registry.host} ${what}`);
  };
  if (!realm) return refuse('asks for a token and does not say where to get it');
  if (realm.protocol !== 'https:' && realm.protocol !== 'http:') {
    return refuse(`names a token server that is not reached by HTTPS: ${realm.protocol}`);
  }
  const sameHost = realm.hostname === registry.hostname;
  const bothLocal = isPrivateHost(realm.hostname) && isPrivateHost(registry.hostname);
  if (isPrivateHost(realm.hostname) && !sameHost && !bothLocal) {
    return refuse(`names a token server in a private network: ${realm.host}`);
  }
  const anonymous = credential.basic === undefined && credential.identityToken === undefined;
  const mayBePlain = plainHttp && registry.protocol === 'http:' && (sameHost || bothLocal || anonymous);
  if (realm.protocol === 'http:' && !mayBePlain) {
    return refuse(`names a token server on plain HTTP: ${realm.host}`);
  }
  realm.username = '';
  realm.password = '';
  return realm;
}

function basicQuery({ challenge, scope, credential, lane }: TokenRequest, realm: URL): RegistryRequest {
  const url = new URL(realm);
  url.searchParams.set('scope', scope);
  const { service } = challenge.parameters;
  if (service !== undefined) url.searchParams.set('service', service);
  const { basic } = credential;
  return { method: 'GET', url, lane, ...(basic ? { headers: { authorization: `Basic ${basic}` } } : {}) };
}

function refreshForm(
  { challenge, scope, lane }: TokenRequest,
  { realm, identityToken }: { readonly realm: URL; readonly identityToken: string },
): RegistryRequest {
  const { service } = challenge.parameters;
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: identityToken,
    client_id: 'tidemark',
    scope,
    ...(service === undefined ? {} : { service }),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: realm, lane, headers, body: form.toString() };
}

function readToken(request: TokenRequest, sent: RegistryRequest, answer: Answered): BearerToken {
  const where = whereOf(sent);
  if (answer.status !== 200) {
    const { credential, registry, found } = request;
    const secrets = secretsOf(credential);
    const showing = { host: registry.host, hasCredential: secrets.length > 0, ...found };
    const hint = refusedHint(answer.status, showing);
    throw statusError({ where, ...answer, secrets, hint });
  }
  const token = parseToken(answer.body);
  // The answer is a secret: nothing of it is shown.
  if (!token) throw new TidemarkError('RegistryBadAnswer', `${where}: the answer holds no token`);
  return token;
}

function parseToken(body: Buffer): BearerToken | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const read = (name: string): unknown => Reflect.get(answer, name);
  const value = [read('access_token'), read('token')].find((text) => typeof text === 'string' && text !== '');
  // It becomes a header: only what can stand in one.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return undefined;
  const seconds = Number(read('expires_in') ?? 0);
  const lifetime = seconds > 0 && seconds < Number.POSITIVE_INFINITY ? seconds : defaultLifetimeSeconds;
  return { value, lifetimeMs: lifetime * 1000 };
}
