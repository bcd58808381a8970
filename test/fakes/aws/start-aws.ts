import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeAws, type FakeAwsOptions } from './fake-aws.ts';
import { handle } from './handler.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface RunningAws {
  readonly aws: FakeAws;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** What `AWS_ENDPOINT_URL` may be set to. */
  readonly url: string;
  close(): Promise<void>;
}

/** Puts a fake AWS on a port of the loopback interface; `server` makes it one on HTTPS. */
export async function startAws({
  server: create = createServer,
  ...options
}: FakeAwsOptions & { readonly server?: (listener: Listener) => Server } = {}): Promise<RunningAws> {
  const aws = new FakeAws(options);
  const server = create((request, response) => {
    handle(aws, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    aws,
    host,
    url: `http://${host}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
