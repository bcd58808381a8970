import type { Clock } from '../../../model/clock.ts';
import { isTidemarkError, TidemarkError } from '../../../model/errors.ts';
import type { Credential } from '../docker-config.ts';
import type { BoundedCache } from './bounded-cache.ts';
import type { Challenge } from './challenge.ts';
import { pickChallenge } from './challenge.ts';
import type { BearerToken } from './exchange-token.ts';
import { exchangeToken } from './exchange-token.ts';
import { sameOrigin } from './redirect.ts';
import { refusedHint, statusError } from './registry-errors.ts';
import type { Answered, Passage, RegistryRequest, RegistryTransport } from './registry-transport.ts';
import { whereOf } from './registry-transport.ts';
import { secretsOf } from './secrets-of.ts';
import { SharedFlights } from './shared-flights.ts';

/** How a registry is reached, as its `/v2/` has told. */
interface Endpoint {
  readonly origin: URL;
  /** What it wants to see; undefined when it answers anybody. */
  readonly challenge: Challenge | undefined;
}

export interface SessionParts {
  readonly transport: RegistryTransport;
  readonly clock: Clock;
  /** Shared by all sessions: a token is found under its session's key. */
  readonly tokens: BoundedCache<BearerToken>;
}

export interface SessionIdentity {
  /** The whole identity: registry, credential, certificates, proxy, `insecure`. */
  readonly key: string;
  readonly passage: Passage;
  /** Undefined when no credential matches. */
  readonly credential: Credential | undefined;
}

export interface RepositoryRequest {
  readonly method: 'GET' | 'HEAD';
  /** From `/v2/`, or a whole URL on the same registry. */
  readonly target: string | URL;
  readonly repository: string;
  readonly accept?: string;
}

export interface SessionAnswer extends Answered {
  /** The header that was sent, to be kept out of messages. */
  readonly authorization: string | undefined;
}

const endpointLifetimeMs = 600_000;
/** How long plain HTTP gives HTTPS to answer first. */
const headStartMs = 300;
/** A token is used for this part of its life. */
const usedLife = 0.8;

/**
 * Talks to one registry as one identity: finds out the scheme and what the registry wants to see, and shows it.
 *
 * Credentials are sent to the registry's own origin only (scheme, host and port as `/v2/` answered), and to a token server
 * that `exchangeToken` accepts; over plain HTTP only when the user allowed it or the host is local.
 */
export class RegistrySession {
  readonly identity: SessionIdentity;
  readonly #parts: SessionParts;
  readonly #pings = new SharedFlights<Endpoint>();
  readonly #exchanges = new SharedFlights<BearerToken>();
  #endpoint: { readonly value: Endpoint; readonly expiresMs: number } | undefined;

  constructor(identity: SessionIdentity, parts: SessionParts) {
    this.identity = identity;
    this.#parts = parts;
  }

  /** Sends a request about a repository, with what it takes to be let in. Any status may come back. */
  async send(request: RepositoryRequest, signal: AbortSignal): Promise<SessionAnswer> {
    const endpoint = await this.#findEndpoint(request.repository, signal);
    const scope = `repository:${request.repository}:pull`;
    const first = await this.#attempt(request, { endpoint, scope }, signal);
    const challenge = this.#secondChance(first, endpoint);
    if (!challenge) return first;
    const wanted = challenge.parameters['scope'] ?? scope;
    this.#parts.tokens.delete(this.#tokenKey(challenge, wanted));
    const learned = { ...endpoint, challenge };
    const second = await this.#attempt(request, { endpoint: learned, scope: wanted }, signal);
    if (second.status !== 401 && this.#endpoint) this.#endpoint = { ...this.#endpoint, value: learned };
    return second;
  }

  /** The error for an answer that `send` gave and the caller cannot use. */
  unusable(method: RepositoryRequest['method'], answer: SessionAnswer): TidemarkError {
    const { credential, passage } = this.identity;
    return statusError({
      where: whereOf({ method, url: answer.url }),
      ...answer,
      secrets: secretsOf(credential ?? {}, answer.authorization),
      hint: refusedHint(answer.status, passage.registry, credential !== undefined),
    });
  }

  /** What to try after a 401: the token may have been revoked, or the registry wants something else here than at `/v2/`. */
  #secondChance(
    { status, url, headers }: SessionAnswer,
    { origin, challenge }: Endpoint,
  ): Challenge | undefined {
    if (status !== 401 || !sameOrigin(url, origin)) return undefined;
    if (this.identity.credential?.registryToken !== undefined) return undefined;
    const next = pickChallenge(headers['www-authenticate']) ?? challenge;
    // What there is for Basic was sent already, unless a token was wanted before.
    return next?.scheme === 'bearer' || challenge?.scheme === 'bearer' ? next : undefined;
  }

  async #attempt(
    request: RepositoryRequest,
    { endpoint, scope }: { readonly endpoint: Endpoint; readonly scope: string },
    signal: AbortSignal,
  ): Promise<SessionAnswer> {
    const { method, target, repository: lane, accept } = request;
    const url = typeof target === 'string' ? this.#urlOf(target, endpoint.origin.origin) : target;
    const isOwn = sameOrigin(url, endpoint.origin);
    const authorization = isOwn ? await this.#authorize(endpoint, { scope, lane }, signal) : undefined;
    const headers = { ...(accept ? { accept } : {}), ...(authorization ? { authorization } : {}) };
    try {
      return { ...(await this.#send({ method, url, lane, headers }, signal)), authorization };
    } catch (error) {
      // The registry may have moved to another scheme: ask again next time.
      if (isTidemarkError(error, 'RegistryUnreachable', 'RegistryTimeout')) this.#endpoint = undefined;
      throw error;
    }
  }

  #send(request: RegistryRequest, signal: AbortSignal): Promise<Answered> {
    return this.#parts.transport.send(request, this.identity.passage, signal);
  }

  /** The `Authorization` header for a challenge, or undefined to go without. */
  async #authorize(
    { challenge, origin }: Endpoint,
    { scope, lane }: { readonly scope: string; readonly lane: string },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { credential = {} } = this.identity;
    const { basic, registryToken } = credential;
    if (challenge?.scheme !== 'bearer' || registryToken !== undefined) {
      if (registryToken !== undefined) return `Bearer ${registryToken}`;
      return basic === undefined ? undefined : `Basic ${basic}`;
    }
    const key = this.#tokenKey(challenge, scope);
    const known = this.#parts.tokens.get(key);
    if (known) return `Bearer ${known.value}`;
    const request = { challenge, scope, credential, registry: origin, lane };
    const way = { transport: this.#parts.transport, passage: this.identity.passage };
    const token = await this.#exchanges.join(key, signal, (shared) => exchangeToken(request, way, shared));
    this.#parts.tokens.set(key, token, token.lifetimeMs * usedLife);
    return `Bearer ${token.value}`;
  }

  #tokenKey({ parameters }: Challenge, scope: string): string {
    return JSON.stringify([this.identity.key, parameters['realm'], parameters['service'], scope]);
  }

  async #findEndpoint(lane: string, signal: AbortSignal): Promise<Endpoint> {
    const now = this.#parts.clock.monotonicMs();
    if (this.#endpoint && this.#endpoint.expiresMs > now) return this.#endpoint.value;
    const value = await this.#pings.join('ping', signal, (shared) => this.#ping(lane, shared));
    this.#endpoint = { value, expiresMs: now + endpointLifetimeMs };
    return value;
  }

  /** HTTPS first. Where plain HTTP is allowed it may win the race, 300 ms later or when HTTPS has failed. */
  async #ping(lane: string, signal: AbortSignal): Promise<Endpoint> {
    if (!this.identity.passage.plainHttp) return this.#pingScheme('https', lane, signal);
    const race = new AbortController();
    const both = AbortSignal.any([signal, race.signal]);
    const secure = this.#pingScheme('https', lane, both);
    const secureFailed = secure.then(
      () => new Promise<never>(() => undefined),
      () => undefined,
    );
    const plain = Promise.race([this.#parts.clock.sleep(headStartMs, both), secureFailed]).then(() => {
      return this.#pingScheme('http', lane, both);
    });
    try {
      return await Promise.any([secure, plain]);
    } catch (error) {
      throw bothFailed(error);
    } finally {
      race.abort();
    }
  }

  async #pingScheme(scheme: 'http' | 'https', lane: string, signal: AbortSignal): Promise<Endpoint> {
    const url = this.#urlOf('/v2/', `${scheme}://${this.identity.passage.registry}`);
    const request: RegistryRequest = { method: 'GET', url, lane };
    const answer = await this.#send(request, signal);
    if (answer.status !== 200 && answer.status !== 401) {
      const secrets = secretsOf(this.identity.credential ?? {});
      throw statusError({ where: whereOf(request), ...answer, secrets });
    }
    // A redirect from HTTP to HTTPS on the same host shows the better door.
    const moved = answer.url.hostname === url.hostname && answer.url.protocol === 'https:';
    const origin = new URL(moved ? answer.url.origin : url.origin);
    const challenge = answer.status === 401 ? pickChallenge(answer.headers['www-authenticate']) : undefined;
    return { origin, challenge };
  }

  /** A path with `..` in it would end elsewhere than it says. */
  #urlOf(target: string, origin: string): URL {
    const url = URL.parse(`${origin}${target}`);
    if (url && url.pathname === target.replace(/\?.*$/, '')) return url;
    const { registry } = this.identity.passage;
    throw new TidemarkError(
      'RegistryUnreachable',
      `${registry}${target} is not an address that can be asked`,
    );
  }
}

/** One error for two doors that are both shut: the one that says most gives the code. */
function bothFailed(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const failures: readonly unknown[] = error.errors;
  const known = failures.filter((failure) => isTidemarkError(failure));
  const telling = known.find((failure) => failure.code !== 'RegistryUnreachable') ?? known[0];
  if (!telling || telling.code === 'Aborted' || known.length < failures.length) return failures[0];
  const message = [...new Set(known.map((failure) => failure.message))].join('; ');
  const { code, retryAfterMs } = telling;
  return new TidemarkError(code, message, {
    cause: telling,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
