import type { Readable } from 'node:stream';

import { Agent, ProxyAgent, request as sendRequest, Socks5ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';

import { HttpFailure, toHttpFailure } from '../../http/http-failure.ts';
import type { ProxyChoice } from '../../http/proxy-environment.ts';
import type { Connection, Identity, ServerTls } from './connection.ts';

/** One request on the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly identity: Identity;
  readonly signal: AbortSignal;
  /** How long the server may be silent. */
  readonly silenceMs: number;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** To be read to its end, or destroyed. */
  readonly body: Readable & { text(): Promise<string> };
}

export interface TransportOptions {
  readonly connection: Pick<Connection, 'proxy'>;
  readonly userAgent: string;
  /** For connections that name no proxy of their own. */
  readonly proxyFor?: ProxyChoice;
  readonly connectTimeoutMs?: number;
  readonly connections?: number;
}

/** Keeps connections to the API server, and opens new ones when certificates are replaced. */
export class Transport {
  readonly #options: TransportOptions;
  #dispatcher: { readonly key: string; readonly dispatcher: Dispatcher } | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Sends a request. Throws `HttpFailure` when no answer begins; the answer's body may still break off. */
  async send(request: WireRequest): Promise<WireAnswer> {
    const { url, method, identity, signal, silenceMs } = request;
    try {
      signal.throwIfAborted();
      const { statusCode, headers, body } = await sendRequest(url, {
        method,
        headers: {
          'user-agent': this.#options.userAgent,
          ...request.headers,
          ...(identity.authorization === undefined ? {} : { authorization: identity.authorization }),
        },
        body: request.body ?? null,
        dispatcher: this.#dispatcherFor(url, identity.tls),
        signal,
        headersTimeout: silenceMs,
        bodyTimeout: silenceMs,
      });
      return { status: statusCode, headers, body };
    } catch (error) {
      throw failureOf(error, signal);
    }
  }

  /** Drops every connection; requests under way fail. */
  async close(): Promise<void> {
    await this.#dispatcher?.dispatcher.destroy();
    this.#dispatcher = undefined;
  }

  #dispatcherFor(url: URL, tls: ServerTls): Dispatcher {
    const proxy = this.#options.connection.proxy ?? this.#options.proxyFor?.(url);
    const key = JSON.stringify([tls, proxy]);
    if (this.#dispatcher?.key === key) return this.#dispatcher.dispatcher;
    // What runs on the old connections ends in peace.
    this.#dispatcher?.dispatcher.close().catch(() => undefined);
    const dispatcher = this.#open(tls, proxy);
    this.#dispatcher = { key, dispatcher };
    return dispatcher;
  }

  #open(tls: ServerTls, proxy: string | undefined): Dispatcher {
    const { connectTimeoutMs: timeout = 10_000, connections = 64 } = this.#options;
    const common = { connections, pipelining: 1, allowH2: false, keepAliveTimeout: 60_000 };
    const connect = { ...tlsOptions(tls), timeout, keepAlive: true, keepAliveInitialDelay: 30_000 };
    if (proxy === undefined) return new Agent({ ...common, connect });
    if (proxy.startsWith('socks'))
      return new Socks5ProxyAgent(new URL(proxy), {
        ...common,
        requestTls: connect,
        connectTimeout: timeout,
      });
    return new ProxyAgent({ ...common, uri: proxy, requestTls: connect, proxyTls: { timeout } });
  }
}

/** The failure of a request or of its body, in our own words. */
export function failureOf(error: unknown, signal: AbortSignal): HttpFailure {
  return signal.aborted
    ? new HttpFailure('aborted', 'aborted', { cause: signal.reason })
    : toHttpFailure(error);
}

function tlsOptions({ ca, cert, key, serverName, insecure }: ServerTls): object {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  };
}
