import { createSecureContext } from 'node:tls';
import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';

import type { Dispatcher } from 'undici';
import { Agent, buildConnector, ProxyAgent, Socks5ProxyAgent } from 'undici';

import { FairLookup } from './fair-lookup.ts';
import type { Refusal } from './guarded-lookup.ts';
import { guardedLookup } from './guarded-lookup.ts';
import { HttpFailure } from './http-failure.ts';
import { Trust } from './trust.ts';
import { awaitAlert } from './tls-alert.ts';

/** How to reach a server: with which certificates, and through which proxy. */
export interface HttpRoute {
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Proxy URL: http, https or socks5, with user information if it needs any. */
  readonly proxy?: string | undefined;
}

export interface DispatcherOptions {
  readonly connectTimeoutMs: number;
  readonly connectionsPerOrigin: number;
  /** So many routes keep their connections; the one not used for longest gives way. */
  readonly maxRoutes: number;
  /** Asked about every address before a connection is made to it. */
  readonly refuse?: Refusal;
  /** Whom to trust; without it the authorities of Node and the machine. */
  readonly trust?: Trust;
}

const alertPatienceMs = 2000;

/** Keeps connections open for reuse, apart for each route: a client certificate never serves another object's requests. */
export class Dispatchers {
  readonly #options: DispatcherOptions;
  readonly #byRoute = new Map<string, Dispatcher>();
  readonly #trust: Trust;
  readonly #names = new FairLookup();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#trust = options.trust ?? new Trust({});
  }

  for(route: HttpRoute): Dispatcher {
    const { tls = {}, proxy = '' } = route;
    const key = JSON.stringify([tls.ca, tls.cert, tls.key, proxy]);
    const dispatcher = this.#byRoute.get(key) ?? this.#open(route);
    this.#byRoute.delete(key);
    this.#byRoute.set(key, dispatcher);
    const [oldest, ...rest] = this.#byRoute.keys();
    if (oldest !== undefined && rest.length >= this.#options.maxRoutes) this.#retire(oldest);
    return dispatcher;
  }

  /** The code of the TLS alert with which a server turns a silent client away; undefined when it does not. */
  alertOf(url: URL, tls: NonNullable<HttpRoute['tls']>): Promise<string | undefined> {
    return awaitAlert(url, {
      secureContext: this.#secureContext(tls),
      patienceMs: alertPatienceMs,
      ...this.#lookup(),
    });
  }

  async close(): Promise<void> {
    const open = [...this.#byRoute.values()];
    this.#byRoute.clear();
    await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
  }

  /** Requests under way end in peace. */
  #retire(key: string): void {
    const dispatcher = this.#byRoute.get(key);
    this.#byRoute.delete(key);
    dispatcher?.close().catch(() => undefined);
  }

  #open(route: HttpRoute): Dispatcher {
    const { connectTimeoutMs: timeout, connectionsPerOrigin: connections } = this.#options;
    const common = { connections, pipelining: 1, allowH2: false, keepAliveTimeout: 30_000 };
    if (!route.proxy) return new Agent({ ...common, connect: this.#connector(route.tls ?? {}) });
    const url = URL.parse(route.proxy);
    if (!url) throw new HttpFailure('unreachable', 'the URL of the proxy cannot be read');
    const requestTls = { secureContext: this.#secureContext(route.tls ?? {}), timeout };
    const lookup = this.#lookup();
    if (url.protocol === 'socks5:' || url.protocol === 'socks:') {
      const account = url.username
        ? { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
        : {};
      // What `proxyTls` says would be spoken TLS to: this is the connection to the proxy itself.
      const connect = buildConnector({ ...lookup, timeout });
      return new Socks5ProxyAgent(url, {
        ...common,
        ...account,
        requestTls,
        connect,
        connectTimeout: timeout,
      });
    }
    // The client certificate is for the target, and not for the proxy.
    const proxyTls = { ...lookup, secureContext: this.#secureContext({}), timeout };
    return new ProxyAgent({ ...common, uri: url.href, requestTls, proxyTls });
  }

  #lookup(): { readonly lookup: LookupFunction } {
    const { refuse = () => undefined } = this.#options;
    return { lookup: guardedLookup(refuse, this.#names.resolve) };
  }

  /** Reading the authorities takes tens of milliseconds: only when TLS is spoken, and once. */
  #connector(tls: NonNullable<HttpRoute['tls']>): buildConnector.connector {
    const common = { timeout: this.#options.connectTimeoutMs, allowH2: false, ...this.#lookup() };
    const plain = buildConnector(common);
    let secure: buildConnector.connector | undefined;
    return (options, callback) => {
      if (options.protocol !== 'https:') return plain(options, callback);
      secure ??= buildConnector({ ...common, secureContext: this.#secureContext(tls) });
      return secure(options, callback);
    };
  }

  #secureContext(tls: NonNullable<HttpRoute['tls']>): SecureContext {
    const authorities = this.#trust.authorities();
    const { ca, cert, key } = tls;
    return createSecureContext({
      ca: ca ? [...authorities, ca] : [...authorities],
      ...(cert && key ? { cert, key } : {}),
    });
  }
}
