import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect, createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { HttpClientOptions } from './http-client.ts';
import { HttpClient } from './http-client.ts';
import type { HttpFailure } from './http-failure.ts';

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(t, server);
  t.after(() => server.closeAllConnections());
  return `http://127.0.0.1:${port}`;
}

function httpClient(t: TestContext, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({ userAgent: 'test/1', ...options });
  t.after(() => client.close());
  return client;
}

const forever = () => new AbortController().signal;

test('any status is an answer, with headers and body, and no redirect is followed', async (t) => {
  const origin = await serve(t, (request, response) => {
    response.writeHead(302, { location: '/elsewhere', 'x-agent': request.headers['user-agent'] }).end('body');
  });
  const answer = await httpClient(t).send({ method: 'GET', url: new URL(origin) }, {}, forever());
  assert.equal(answer.status, 302);
  assert.equal(answer.headers['x-agent'], 'test/1');
  assert.equal(answer.body.toString(), 'body');
});

test('a request has a method, headers and a body', async (t) => {
  const origin = await serve(t, (request, response) => {
    request.setEncoding('utf8');
    request.on('data', (text: string) =>
      response.end(`${request.method} ${String(request.headers['x-a'])} ${text}`),
    );
  });
  const client = httpClient(t);
  const sent = { method: 'POST', url: new URL(origin), headers: { 'x-a': 'b' }, body: 'c' } as const;
  assert.equal((await client.send(sent, {}, forever())).body.toString(), 'POST b c');
});

test('a limit on the body holds whether the length is announced or not', async (t) => {
  const origin = await serve(t, (request, response) => {
    if (request.url === '/announced') response.setHeader('content-length', 2000);
    response.write(Buffer.alloc(1000));
    response.end(Buffer.alloc(1000));
  });
  const client = httpClient(t, { maxBodyBytes: 1999 });
  for (const path of ['/announced', '/chunked']) {
    const sending = client.send({ method: 'GET', url: new URL(path, origin) }, {}, forever());
    await assert.rejects(sending, { kind: 'too-large', temporary: false });
  }
  const enough = httpClient(t, { maxBodyBytes: 2000 });
  const answer = await enough.send({ method: 'GET', url: new URL('/chunked', origin) }, {}, forever());
  assert.equal(answer.body.length, 2000);
});

test('an abort ends the request, before it is sent and while it waits', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const origin = await serve(t, () => arrived.resolve());
  const client = httpClient(t);
  const controller = new AbortController();
  const waiting = client.send({ method: 'GET', url: new URL(origin) }, {}, controller.signal);
  waiting.catch(() => undefined);
  await arrived.promise;
  controller.abort(new Error('enough'));
  const isAbort = (error: HttpFailure) =>
    error.kind === 'aborted' && (error.cause as Error).message === 'enough';
  await assert.rejects(waiting, isAbort);
  await assert.rejects(client.send({ method: 'GET', url: new URL(origin) }, {}, controller.signal), isAbort);
});

test('a connection that is refused is told from one that is lost', async (t) => {
  const gone = createSocketServer();
  const port = await listen(t, gone);
  await new Promise((resolve) => gone.close(resolve));
  const client = httpClient(t);
  const ask = (url: string) => client.send({ method: 'GET', url: new URL(url) }, {}, forever());
  await assert.rejects(ask(`http://127.0.0.1:${port}/`), {
    kind: 'unreachable',
    message: 'connection refused',
    temporary: false,
  });
  const origin = await serve(t, (request) => request.socket.destroy());
  await assert.rejects(ask(origin), { kind: 'broken', temporary: true });
});

test('a SOCKS5 proxy leads to the server, with its user', async (t) => {
  const origin = await serve(t, (_request, response) => response.end('through'));
  const seen: string[] = [];
  const proxyPort = await listen(t, socksServer(Number(new URL(origin).port), seen));
  const client = httpClient(t);
  const route = { proxy: `socks5://me:s%40cret@127.0.0.1:${proxyPort}` };
  const answer = await client.send({ method: 'GET', url: new URL('http://r.example/') }, route, forever());
  assert.equal(answer.body.toString(), 'through');
  assert.deepEqual(seen, ['me:s@cret', 'r.example:80']);
});

test('whoever observes is told of every request that has ended, well or not', async (t) => {
  const seen: string[] = [];
  const client = httpClient(t, {
    observe: (exchange) =>
      seen.push(
        `${exchange.method} ${exchange.url.pathname} ${'failure' in exchange ? exchange.failure.kind : exchange.status}`,
      ),
  });
  const origin = await serve(t, (request, response) => {
    if (request.url === '/cut') request.socket.destroy();
    else response.writeHead(401).end();
  });
  await client.send({ method: 'GET', url: new URL(`${origin}/v2/`) }, {}, forever());
  await assert.rejects(client.send({ method: 'GET', url: new URL(`${origin}/cut`) }, {}, forever()));
  assert.deepEqual(seen, ['GET /v2/ 401', 'GET /cut broken']);
});

/** As much of RFC 1928 and 1929 as one connection with a user needs. */
function socksServer(target: number, seen: string[]): Server {
  return createSocketServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([5, 2]));
      socket.once('data', (login) => {
        const user = login.subarray(2, 2 + login[1]!).toString();
        seen.push(`${user}:${login.subarray(3 + login[1]!).toString()}`);
        socket.write(Buffer.from([1, 0]));
        socket.once('data', (request) => {
          const host = request.subarray(5, 5 + request[4]!).toString();
          seen.push(`${host}:${request.readUInt16BE(5 + request[4]!)}`);
          const onward = connect(target, '127.0.0.1', () => {
            socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
            onward.pipe(socket).pipe(onward);
          });
          onward.on('error', () => socket.destroy());
          socket.on('close', () => onward.destroy());
        });
      });
    });
  });
}
