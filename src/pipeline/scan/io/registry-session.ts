import type { Clock } from '../../../model/clock.ts';
import { isTidemarkError, type TidemarkError } from '../../../model/errors.ts';
import type { LoginSource } from '../../../model/login.ts';
import type { LazyCredential } from '../ports.ts';
import type { Credential } from '../docker-config.ts';
import type { BoundedCache } from './bounded-cache.ts';
import type { Challenge } from './challenge.ts';
import { pickChallenge } from './challenge.ts';
import type { BearerToken, TokenRequest } from './exchange-token.ts';
import { exchangeToken } from './exchange-token.ts';
import type { Endpoint } from './ping-registry.ts';
import { pingRegistry, registryUrl } from './ping-registry.ts';
import { sameOrigin } from './redirect.ts';
import { refusedHint, statusError } from './registry-errors.ts';
import type { Answered, Passage, RegistryRequest, RegistryTransport } from './registry-transport.ts';
import { whereOf } from './registry-transport.ts';
import { secretsOf } from './secrets-of.ts';
import { ShownCredential } from './shown-credential.ts';
import { SharedFlights } from '../../../http/shared-flights.ts';

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
  /** Undefined when no credential matches, or when it comes from a login. */
  readonly credential: Credential | undefined;
  /** Asked when there is no credential, and the registry wants to see one. */
  readonly ambient?: LazyCredential | undefined;
}

export interface RepositoryRequest {
  readonly method: 'GET' | 'HEAD';
  /** From `/v2/`, or a whole URL on the same registry. */
  readonly target: string | URL;
  readonly repository: string;
  readonly accept?: string;
  /** Counts against pull limits. */
  readonly pull?: boolean;
}

export interface SessionAnswer extends Answered {
  /** The header that was sent, to be kept out of messages. */
  readonly authorization: string | undefined;
  /** What was shown, as it is or in exchange for a token. */
  readonly credential: Credential | undefined;
  /** A token was given out for it. */
  readonly exchanged: boolean;
}

const endpointLifetimeMs = 600_000;
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
  readonly #shown: ShownCredential;

  constructor(identity: SessionIdentity, parts: SessionParts) {
    this.identity = identity;
    this.#parts = parts;
    this.#shown = new ShownCredential(identity.credential, identity.ambient);
  }

  /** Gets a login at hand, before requests that are to show it. Throws `LoginFailed`. */
  prepare(source: LoginSource, signal: AbortSignal): Promise<void> {
    return this.#shown.prepare(source, signal);
  }

  /** Sends a request about a repository, with what it takes to be let in. Any status may come back. */
  async send(request: RepositoryRequest, signal: AbortSignal): Promise<SessionAnswer> {
    const endpoint = await this.#findEndpoint(request.repository, signal);
    const scope = `repository:${request.repository}:pull`;
    const { login } = this.#shown;
    const first = await this.#attempt(request, { endpoint, scope }, signal);
    const doubted = this.#shown.doubts(login) && isForbidden(first, endpoint);
    const refused = { login, credential: first.credential };
    const renewed = (doubted || isRefusal(first, endpoint)) && (await this.#shown.renew(refused, signal));
    if (doubted) this.#shown.trust();
    const challenge = this.#secondChance(first, { endpoint, renewed });
    if (!challenge) return first;
    // What `/v2/` names is about another repository, if about any (GHCR's is about `user/image`).
    const wanted = (challenge === endpoint.challenge ? undefined : challenge.parameters['scope']) ?? scope;
    this.#parts.tokens.delete(this.#tokenKey(challenge, wanted));
    const learned = { ...endpoint, challenge };
    const second = await this.#attempt(request, { endpoint: learned, scope: wanted }, signal);
    if (second.status !== 401 && this.#endpoint) this.#endpoint = { ...this.#endpoint, value: learned };
    return second;
  }

  /** The error for an answer that `send` gave and the caller cannot use. */
  unusable(
    { method, repository }: Pick<RepositoryRequest, 'method' | 'repository'>,
    answer: SessionAnswer,
  ): TidemarkError {
    const { now, found } = this.#shown;
    const showing = {
      host: this.identity.passage.registry,
      hasCredential: now !== undefined,
      repository: answer.exchanged ? repository : undefined,
      ...found,
    };
    return statusError({
      where: whereOf({ method, url: answer.url }),
      ...answer,
      secrets: secretsOf(now ?? {}, answer.authorization),
      hint: refusedHint(answer.status, showing),
    });
  }

  /** What to try after a 401: the token may have been revoked, or the registry wants something else here than at `/v2/`. */
  #secondChance(
    answer: SessionAnswer,
    { endpoint, renewed }: { readonly endpoint: Endpoint; readonly renewed: boolean },
  ): Challenge | undefined {
    if (!renewed && !isRefusal(answer, endpoint)) return undefined;
    if (!renewed && this.#shown.now?.registryToken !== undefined) return undefined;
    const { challenge } = endpoint;
    const next = pickChallenge(answer.headers['www-authenticate']) ?? challenge;
    // What there is for Basic was sent already, unless a token was wanted before or it is another one now.
    const isNews = this.#shown.isLazy && answer.authorization === undefined;
    return renewed || isNews || next?.scheme === 'bearer' || challenge?.scheme === 'bearer'
      ? next
      : undefined;
  }

  async #attempt(
    request: RepositoryRequest,
    { endpoint, scope }: { readonly endpoint: Endpoint; readonly scope: string },
    signal: AbortSignal,
  ): Promise<SessionAnswer> {
    const { method, target, repository: lane, accept, pull = false } = request;
    const { challenge } = endpoint;
    const url = typeof target === 'string' ? registryUrl(target, endpoint.origin.origin) : target;
    const isOwn = sameOrigin(url, endpoint.origin);
    const authorization = isOwn ? await this.#authorize(endpoint, { scope, lane }, signal) : undefined;
    const headers = { ...(accept ? { accept } : {}), ...(authorization ? { authorization } : {}) };
    const credential = authorization === undefined ? undefined : this.#shown.now;
    const exchanged = challenge?.scheme === 'bearer' && credential?.registryToken === undefined;
    try {
      const answer = await this.#send({ method, url, lane, headers, pull }, signal);
      return { ...answer, authorization, credential, exchanged };
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
    // A registry that lets everybody in is not shown what nobody named for it.
    if (!challenge && this.#shown.isLazy) return undefined;
    const { basic, registryToken } = (await this.#shown.obtain(signal)) ?? {};
    if (challenge?.scheme !== 'bearer' || registryToken !== undefined) {
      if (registryToken !== undefined) return `Bearer ${registryToken}`;
      return basic === undefined ? undefined : `Basic ${basic}`;
    }
    const key = this.#tokenKey(challenge, scope);
    const known = this.#parts.tokens.get(key);
    if (known) return `Bearer ${known.value}`;
    const request = { challenge, scope, registry: origin, lane };
    const token = await this.#exchanges.join(key, signal, (shared) => this.#exchange(request, shared));
    this.#parts.tokens.set(key, token, token.lifetimeMs * usedLife);
    return `Bearer ${token.value}`;
  }

  /** The token server may be the first to see that a login is no longer good: then once more with another. */
  async #exchange(request: Omit<TokenRequest, 'credential'>, signal: AbortSignal): Promise<BearerToken> {
    const way = { transport: this.#parts.transport, passage: this.identity.passage };
    const exchange = (credential: Credential | undefined): Promise<BearerToken> => {
      return exchangeToken(
        { ...request, credential: credential ?? {}, found: this.#shown.found },
        way,
        signal,
      );
    };
    const { now, login } = this.#shown;
    try {
      return await exchange(now);
    } catch (error) {
      if (!isTidemarkError(error, 'RegistryUnauthorized')) throw error;
      if (!(await this.#shown.renew({ login, credential: now }, signal))) throw error;
      return exchange(this.#shown.now);
    }
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

  #ping(lane: string, signal: AbortSignal): Promise<Endpoint> {
    const { passage } = this.identity;
    const send = this.#send.bind(this);
    return pingRegistry(
      { passage, clock: this.#parts.clock, credential: this.#shown.now, lane, send },
      signal,
    );
  }
}

/** True when the registry itself, and no other place, does not take what it was shown. */
function isRefusal({ status, url }: SessionAnswer, { origin }: Endpoint): boolean {
  return status === 401 && sameOrigin(url, origin);
}

/** ECR says this, and not 401, to a login that has ended: each login is doubted once. */
function isForbidden({ status, url }: SessionAnswer, { origin }: Endpoint): boolean {
  return status === 403 && sameOrigin(url, origin);
}
