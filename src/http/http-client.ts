import type { Readable } from 'node:stream';

import { request as sendRequest } from 'undici';

import type { HttpRoute } from './dispatchers.ts';
import { Dispatchers } from './dispatchers.ts';
import type { Refusal } from './guarded-lookup.ts';
import { HttpFailure, toHttpFailure } from './http-failure.ts';
import { certificateAlert } from './tls-alert.ts';
import type { ProxyChoice } from './proxy-environment.ts';
import type { Trust } from './trust.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What came of one request, for whoever wants to tell it. */
export type HttpExchange = Pick<HttpRequest, 'method' | 'url'> &
  (Pick<HttpAnswer, 'status' | 'headers'> | { readonly failure: HttpFailure });

export interface HttpClientOptions {
  readonly userAgent: string;
  /** Told of every request that has ended. */
  readonly observe?: (exchange: HttpExchange) => void;
  /** Used for routes that name no proxy of their own. */
  readonly proxyFor?: ProxyChoice;
  /** To have a connection, and TLS on it. */
  readonly connectTimeoutMs?: number;
  /** How long the other side may be silent, before its answer and in the middle of it. */
  readonly silenceTimeoutMs?: number;
  /** A larger answer is refused. */
  readonly maxBodyBytes?: number;
  readonly connectionsPerOrigin?: number;
  /** Asked about every host that a request goes to, proxies included, and about every address that its name stands for. */
  readonly refuse?: Refusal;
  /** Whom TLS trusts; without it the authorities of Node and the machine alone. */
  readonly trust?: Trust;
}

/**
 * Sends one request and reads the whole answer. Nothing is retried and no redirect followed: those are decisions.
 * Throws `HttpFailure` when there is no complete answer; any status is an answer.
 */
export class HttpClient {
  readonly #options: Required<Omit<HttpClientOptions, 'proxyFor' | 'refuse' | 'trust' | 'observe'>>;
  readonly #refuse: Refusal;
  readonly #observe: NonNullable<HttpClientOptions['observe']>;
  readonly #proxyFor: ProxyChoice;
  readonly #dispatchers: Dispatchers;

  constructor(options: HttpClientOptions) {
    this.#options = {
      userAgent: options.userAgent,
      connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
      silenceTimeoutMs: options.silenceTimeoutMs ?? 60_000,
      maxBodyBytes: options.maxBodyBytes ?? 32 * 2 ** 20,
      connectionsPerOrigin: options.connectionsPerOrigin ?? 16,
    };
    const { refuse, trust } = options;
    this.#refuse = refuse ?? (() => undefined);
    this.#observe = options.observe ?? (() => undefined);
    this.#proxyFor = options.proxyFor ?? (() => undefined);
    this.#dispatchers = new Dispatchers({
      ...this.#options,
      maxRoutes: 64,
      ...(refuse === undefined ? {} : { refuse }),
      ...(trust === undefined ? {} : { trust }),
    });
  }

  async send(request: HttpRequest, route: HttpRoute, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, url } = request;
    try {
      const answer = await this.#send(request, route, signal);
      this.#observe({ method, url, status: answer.status, headers: answer.headers });
      return answer;
    } catch (error) {
      if (error instanceof HttpFailure) this.#observe({ method, url, failure: error });
      throw error;
    }
  }

  async #send(request: HttpRequest, route: HttpRoute, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, url, headers, body = null } = request;
    const { silenceTimeoutMs: silence, userAgent } = this.#options;
    try {
      signal.throwIfAborted();
      const proxy = route.proxy ?? this.#proxyFor(url);
      this.#checkHosts(url, proxy);
      const answer = await sendRequest(url, {
        method,
        headers: { 'user-agent': userAgent, ...headers },
        body,
        dispatcher: this.#dispatchers.for({ ...route, proxy }),
        signal,
        headersTimeout: silence,
        bodyTimeout: silence,
      }).catch((error: unknown) => this.#explain(error, url, { ...route, proxy }));
      const declared = Number(answer.headers['content-length'] ?? 0);
      const content = method === 'HEAD' ? answer.body.dump() : this.#readAll(answer.body, declared);
      return { status: answer.statusCode, headers: answer.headers, body: (await content) ?? Buffer.alloc(0) };
    } catch (error) {
      throw signal.aborted
        ? new HttpFailure('aborted', 'aborted', { cause: signal.reason })
        : toHttpFailure(error);
    }
  }

  /** A connection that broke before there was an answer may have been refused for want of a certificate: asks why. */
  async #explain(error: unknown, url: URL, { tls = {}, proxy }: HttpRoute): Promise<never> {
    const failure = toHttpFailure(error, tls.cert !== undefined);
    if (failure.kind !== 'broken' || url.protocol !== 'https:' || proxy !== undefined) throw failure;
    const alert = certificateAlert((await this.#dispatchers.alertOf(url, tls)) ?? '', tls.cert !== undefined);
    throw alert === undefined ? failure : new HttpFailure('unreachable', alert, { cause: error });
  }

  /** Drops every connection; requests under way fail. */
  async close(): Promise<void> {
    await this.#dispatchers.close();
  }

  /** Names are judged again by their addresses when a connection is made; through a proxy only the proxy's is. */
  #checkHosts(url: URL, proxy: string | undefined): void {
    for (const host of [url.hostname, URL.parse(proxy ?? '')?.hostname ?? '']) {
      const reason = this.#refuse(host);
      if (reason !== undefined) throw new HttpFailure('unreachable', reason);
    }
  }

  async #readAll(stream: Readable, declared: number): Promise<Buffer> {
    const { maxBodyBytes } = this.#options;
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (): never => {
      // What is left unread comes to an end with an error that nobody waits for.
      stream.on('error', () => undefined).destroy();
      const limit = `${Math.floor(maxBodyBytes / 2 ** 20)} MiB`;
      throw new HttpFailure('too-large', `the answer is larger than ${limit}`);
    };
    if (declared > maxBodyBytes) refuse();
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) refuse();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  }
}
