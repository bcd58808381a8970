import { createHash } from 'node:crypto';

import { HttpClient, type HttpClientOptions } from '../../../http/http-client.ts';
import type { Refusal } from '../../../http/guarded-lookup.ts';
import type { ProxyChoice } from '../../../http/proxy-environment.ts';
import type { Trust } from '../../../http/trust.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { ImageName } from '../../../model/image-ref.ts';
import type { Log } from '../../../model/log.ts';
import { findCredential } from '../keychain.ts';
import type { RegistryAccess, RegistryClient } from '../ports.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { BearerToken } from './exchange-token.ts';
import { fetchDigest } from './fetch-digest.ts';
import { HostLimiter } from './host-limiter.ts';
import type { ListLimits } from './list-tags.ts';
import { listTags } from './list-tags.ts';
import { PullAllowance } from './pull-allowance.ts';
import { abortedError } from './registry-errors.ts';
import { RegistrySession } from './registry-session.ts';
import { RegistryTransport } from './registry-transport.ts';
import { Throttle } from './throttle.ts';
import { SharedFlights } from '../../../http/shared-flights.ts';

export interface RegistryClientOptions extends Partial<ListLimits> {
  readonly clock: Clock;
  readonly log: Log;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random: () => number;
  /** Proxy for accesses that name none: `proxyFromEnvironment`. */
  readonly proxyFor?: ProxyChoice;
  readonly userAgent?: string;
  /** Requests to one registry at a time. */
  readonly requestsPerRegistry?: number;
  /** The longest `Retry-After` that is waited for within a call. */
  readonly longestWaitMs?: number;
  readonly connectTimeoutMs?: number;
  readonly silenceTimeoutMs?: number;
  /** A larger answer is refused: 32 MiB hold a quarter of a million of the longest tags. */
  readonly maxBodyBytes?: number;
  /** Hosts and addresses that are not connected to, whoever names them: an object, a redirect, a token realm. */
  readonly refuse?: Refusal;
  /** Whom TLS trusts beside the authorities that an access brings. */
  readonly trust?: Trust;
  /** Told of every request that has ended, retries and redirects included. */
  readonly observe?: NonNullable<HttpClientOptions['observe']>;
}

/** What a registry has asked of one account. */
interface Manners {
  readonly throttle: Throttle;
  readonly pulls: PullAllowance;
}

const sessionLifetimeMs = 3_600_000;
const mannersLifetimeMs = 24 * 3_600_000;
const maxSessions = 5000;
const maxTokens = 500;

/** The OCI distribution API over HTTP. One for the whole process, so that limits, connections and tokens are shared. */
export class HttpRegistryClient implements RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #limits: ListLimits;
  readonly #http: HttpClient;
  readonly #transport: RegistryTransport;
  readonly #sessions: BoundedCache<RegistrySession>;
  readonly #tokens: BoundedCache<BearerToken>;
  readonly #manners: BoundedCache<Manners>;
  readonly #scans = new SharedFlights<readonly string[]>();
  readonly #lookups = new SharedFlights<string>();
  readonly #closing = new AbortController();

  constructor(options: RegistryClientOptions) {
    const { clock, random } = options;
    const nowMs = () => clock.monotonicMs();
    this.#options = options;
    this.#limits = { maxPages: options.maxPages ?? 20_000, maxTags: options.maxTags ?? 5_000_000 };
    this.#http = new HttpClient({ ...options, userAgent: options.userAgent ?? 'tidemark' });
    const limiter = new HostLimiter(options.requestsPerRegistry ?? 8);
    const longestWaitMs = options.longestWaitMs ?? 60_000;
    this.#transport = new RegistryTransport({ http: this.#http, limiter, clock, random, longestWaitMs });
    this.#sessions = new BoundedCache(maxSessions, nowMs);
    this.#tokens = new BoundedCache(maxTokens, nowMs);
    this.#manners = new BoundedCache(maxSessions, nowMs);
  }

  async listTags(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]> {
    const session = this.#session(image, access);
    const key = `${session.identity.key} ${image.repository}`;
    return this.#guard(image, signal, (own) => {
      return this.#scans.join(key, own, async (shared) => {
        if (access.login) await session.prepare(access.login, shared);
        const { tags, dropped } = await listTags({ session, image, limits: this.#limits }, shared);
        if (dropped.length > 0) this.#reportDropped(image, dropped);
        return tags;
      });
    });
  }

  // oxlint-disable-next-line max-params -- the port says so
  async fetchDigest(
    image: ImageName,
    tag: string,
    access: RegistryAccess,
    signal: AbortSignal,
  ): Promise<string> {
    const session = this.#session(image, access);
    const { repository } = image;
    return this.#guard(image, signal, (own) => {
      return this.#lookups.join(`${session.identity.key} ${repository}:${tag}`, own, async (shared) => {
        if (access.login) await session.prepare(access.login, shared);
        return fetchDigest(session, { repository, tag }, shared);
      });
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new TidemarkError('Aborted', 'the registry client is closed'));
    await this.#http.close();
  }

  /** Every failure leaves as a `TidemarkError`, those of the signals included. */
  async #guard<T>(
    image: ImageName,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const own = AbortSignal.any([signal, this.#closing.signal]);
    try {
      return await work(own);
    } catch (error) {
      if (error instanceof TidemarkError || !own.aborted) throw error;
      throw abortedError(own.reason, image.canonical);
    }
  }

  /** One session for each identity. Cache keys hold all of it, so that no object ever travels on another's credentials. */
  #session(image: ImageName, access: RegistryAccess): RegistrySession {
    const credential = findCredential(access.keychain, image);
    const { tls, proxy, insecure, identity } = access;
    const ambient = credential === undefined ? access.ambient : undefined;
    const account = credential ?? access.login?.identity ?? ambient?.identity;
    const key = hashOf([image.registry, identity, insecure, proxy, tls, account]);
    const known = this.#sessions.get(key);
    if (known) return known;
    const passage = {
      http: { ...(tls ? { tls } : {}), ...(proxy === undefined ? {} : { proxy }) },
      registry: image.registry,
      plainHttp: insecure || image.local,
      ...this.#mannersOf(hashOf([image.registry, account, proxy])),
    };
    const parts = { transport: this.#transport, clock: this.#options.clock, tokens: this.#tokens };
    const session = new RegistrySession({ key, passage, credential, ambient }, parts);
    this.#sessions.set(key, session, sessionLifetimeMs);
    return session;
  }

  /** Registries count by account, and by address those that show none: whoever comes as the same one shares what was asked of it. */
  #mannersOf(account: string): Manners {
    const manners = this.#manners.get(account) ?? { throttle: new Throttle(), pulls: new PullAllowance() };
    this.#manners.set(account, manners, mannersLifetimeMs);
    return manners;
  }

  #reportDropped(image: ImageName, dropped: readonly string[]): void {
    this.#options.log.info('the registry lists texts that cannot be tags; they were left out', {
      image: image.canonical,
      count: dropped.length,
      examples: dropped.slice(0, 3).map((text) => JSON.stringify(text.slice(0, 50))),
    });
  }
}

function hashOf(whole: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(whole)).digest('hex');
}
