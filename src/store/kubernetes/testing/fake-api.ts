import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

import { systemClock } from '../../../app/clock.ts';
import { KubeClient } from '../kube-client.ts';
import type { KubeClientOptions } from '../kube-client.ts';

/** One request that the fake was asked. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Answers a request; undefined leaves it to the next handler. A watch is answered by writing to `response` itself. */
export type FakeHandler = (
  request: FakeRequest,
  response: ServerResponse,
) => FakeAnswer | 'streaming' | undefined | Promise<FakeAnswer | 'streaming' | undefined>;

/** A server of which a test says what it answers. */
export class FakeApi {
  readonly requests: FakeRequest[] = [];
  readonly #handlers: FakeHandler[] = [];
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  /** Handlers that come later are asked first. */
  on(handler: FakeHandler): void {
    this.#handlers.unshift(handler);
  }

  /** Answers the next request for `method path` like this, once. */
  once(method: string, path: string, answer: FakeAnswer): void {
    let used = false;
    this.on((request) => {
      if (used || request.method !== method || request.path !== path) return undefined;
      used = true;
      return answer;
    });
  }

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  /** Ends every connection, as a server that dies does. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', 'http://fake');
    const request: FakeRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(request);
    for (const handler of this.#handlers) {
      const answer = await handler(request, response);
      if (answer === 'streaming') return;
      if (answer === undefined) continue;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
      return;
    }
    response.writeHead(404).end('404 page not found');
  }
}

/** metav1.Status with a code. */
export function failure(code: number, reason: string, details: object = {}): FakeAnswer {
  return {
    status: code,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason, details },
  };
}

/** A fake and a client of it, both closed after the test. */
export async function startFakeApi(
  t: Pick<TestContext, 'after'>,
  options: Partial<KubeClientOptions> = {},
): Promise<{ readonly api: FakeApi; readonly client: KubeClient }> {
  const api = new FakeApi();
  const server = await api.listen();
  const client = new KubeClient({
    connection: { server, identify: async () => ({ tls: {} }) },
    userAgent: 'tidemark/test',
    clock: systemClock,
    qps: 0,
    ...options,
  });
  t.after(async () => {
    await client.close();
    await api.close();
  });
  return { api, client };
}
