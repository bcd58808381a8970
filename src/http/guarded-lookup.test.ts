import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { guardedLookup } from './guarded-lookup.ts';
import { HttpClient } from './http-client.ts';
import { refuseLinkLocal } from './link-local.ts';

const forever = (): AbortSignal => new AbortController().signal;
const reason = /169\.254\.169\.254 is link-local or the metadata service of a cloud/;

/** A resolver that knows one answer for every name. */
function answering(...addresses: readonly string[]): typeof lookup {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const resolve = (_name: string, _options: object, callback: (error: null, all: object) => void): void =>
    callback(null, found);
  return resolve as unknown as typeof lookup;
}

function look(resolve: typeof lookup, all: boolean): Promise<unknown> {
  return new Promise((done, fail) => {
    guardedLookup(refuseLinkLocal, resolve)('registry.example', { all }, (error, ...answer) => {
      if (error) fail(error);
      else done(answer);
    });
  });
}

test('a name is refused when any of its addresses is', async () => {
  await assert.rejects(look(answering('169.254.169.254'), true), reason);
  await assert.rejects(look(answering('192.0.2.1', '169.254.169.254'), false), reason);
  await assert.rejects(look(answering('2001:db8::1', '::ffff:169.254.169.254'), true), /link-local/);
});

test('other names resolve to what they always did, in the shape that was asked for', async () => {
  assert.deepEqual(await look(answering('192.0.2.1', '2001:db8::1'), true), [
    [
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ],
  ]);
  assert.deepEqual(await look(answering('192.0.2.1'), false), ['192.0.2.1', 4]);
});

/** A server on this machine that is never to be reached, and what reached it. */
async function forbidden(t: TestContext): Promise<{ readonly port: number; readonly reached: string[] }> {
  const reached: string[] = [];
  const server = createServer((request, response) => {
    reached.push(request.url ?? '');
    response.end();
  });
  server.on('connection', () => reached.push('connection'));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, reached };
}

test('no connection is made to a refused host: by its address, by a name for it, or as a proxy', async (t) => {
  const { port, reached } = await forbidden(t);
  const refuse = (host: string): string | undefined =>
    host === '127.0.0.1' || host === '::1' ? `${host} is refused here` : undefined;
  const client = new HttpClient({ userAgent: 'test', refuse });
  t.after(() => client.close());
  const get = (url: string, proxy?: string): Promise<unknown> =>
    client.send({ method: 'GET', url: new URL(url) }, proxy === undefined ? {} : { proxy }, forever());
  for (const protocol of ['http', 'https']) {
    for (const host of ['127.0.0.1', 'localhost'])
      await assert.rejects(get(`${protocol}://${host}:${port}/`), / is refused here/, `${protocol} ${host}`);
    for (const proxy of ['http', 'https', 'socks5'])
      for (const host of ['127.0.0.1', 'localhost'])
        await assert.rejects(
          get(`${protocol}://registry.example/`, `${proxy}://${host}:${port}`),
          / is refused here/,
          `${protocol} by ${proxy}://${host}`,
        );
  }
  assert.deepEqual(reached, []);
});
