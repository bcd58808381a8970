import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { startHttpProxy } from '../fakes/proxy/http-proxy.ts';
import type { Proxy } from '../fakes/proxy/proxy.ts';
import { createAuthority } from './certificate.ts';

interface Lifetime {
  after(end: () => unknown): void;
}

/** Hosts of the world, on this machine: what is asked for through `proxy` reaches their listeners, over TLS that `ca` has signed. */
export interface HostStage {
  readonly proxy: Proxy;
  readonly ca: string;
  /** As a login's exchange takes it. */
  readonly route: { readonly proxy: string; readonly ca: string };
}

/** Starts the hosts; all others are refused, and counted, by the proxy. */
export async function startHosts(
  t: Lifetime,
  listeners: Readonly<Record<string, RequestListener>>,
): Promise<HostStage> {
  const names = Object.keys(listeners);
  const authority = createAuthority();
  const { ca } = authority;
  const server = createServer(authority.issue(names), (request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const listener = listeners[host];
    if (listener === undefined) response.writeHead(421).end();
    else listener(request, response);
  });
  const place = await listen(t, server);
  const proxy = await startHttpProxy({
    onlyHosts: true,
    hosts: Object.fromEntries(names.map((name) => [`${name}:443`, place])),
  });
  t.after(() => proxy.close());
  return { proxy, ca, route: { proxy: proxy.url, ca } };
}

/** One plain server on loopback, for a metadata service. Returns `127.0.0.1:port`. */
export async function startPlainHost(t: Lifetime, listener: RequestListener): Promise<string> {
  return listen(t, createPlainServer(listener));
}

async function listen(t: Lifetime, server: Server & { closeAllConnections?(): void }): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
      }),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
