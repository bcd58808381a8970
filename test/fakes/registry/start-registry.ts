import { createServer } from 'node:http';
import type { Server, ServerResponse, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { FakeRegistry } from './fake-registry.ts';
import type { FakeRegistryOptions } from './fake-registry.ts';
import { handle } from './handler.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface StartOptions extends FakeRegistryOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Pass `(listener) => https.createServer({key, cert}, listener)` for a registry on HTTPS. */
  readonly server?: (listener: Listener) => Server;
}

export interface RunningRegistry {
  readonly registry: FakeRegistry;
  /** `127.0.0.1:port`: what stands before the first slash of an image name. */
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Puts a fake registry on a port of the loopback interface. */
export async function startRegistry(options: StartOptions = {}): Promise<RunningRegistry> {
  const registry = new FakeRegistry(options);
  const server = (options.server ?? createServer)((request, response) => {
    handle(registry, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    registry,
    host: `127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
