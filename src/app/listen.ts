import { serve, type ServerType } from '@hono/node-server';
import type { Hono } from 'hono';
import { messageOf, TidemarkError } from '../model/errors.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listening {
  /** `http://127.0.0.1:9090` */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves `app` on an address. Port 0 takes a free one. */
export async function listen(app: Hono, { host, port }: ListenAddress): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = serve({ fetch: app.fetch, hostname: host, port }, (info) => resolve(info.port));
  server.once('error', (error) => {
    reject(
      new TidemarkError(
        'UsageError',
        `cannot listen on ${host}:${port}: ${messageOf(error)}; choose another address with --listen, or turn it off with --listen off`,
        { cause: error },
      ),
    );
  });
  const bound = await promise;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => close(server),
  };
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
