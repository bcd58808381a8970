import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ProxyAgent, request, Socks5ProxyAgent, type Dispatcher } from 'undici';
import { startHttpProxy } from './http-proxy.ts';
import type { Proxy, ProxyOptions } from './proxy.ts';
import { startSocks5Proxy } from './socks5-proxy.ts';

const user = { name: 'me', password: 'p@ss:word' };

async function stage(
  t: TestContext,
  start: (options: ProxyOptions) => Promise<Proxy>,
  options: Omit<ProxyOptions, 'hosts'> = {},
): Promise<Proxy> {
  const server = createServer((seen, response) => void response.end(`hello ${seen.headers.host}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = await start({ ...options, hosts: { 'git.test': `127.0.0.1:${port}` } });
  t.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
  return proxy;
}

async function ask(t: TestContext, url: string, dispatcher: Dispatcher): Promise<string> {
  t.after(async () => dispatcher.close());
  return (await request(url, { dispatcher })).body.text();
}

const tunnelled = (uri: string): Dispatcher => new ProxyAgent({ uri, proxyTunnel: true });
const forwarded = (uri: string): Dispatcher => new ProxyAgent({ uri, proxyTunnel: false });

test('an HTTP proxy tunnels and forwards to where a name leads, and counts who was asked for', async (t) => {
  const proxy = await stage(t, startHttpProxy);
  assert.equal(await ask(t, 'http://git.test/a', tunnelled(proxy.url)), 'hello git.test');
  assert.equal(await ask(t, 'http://git.test:81/a', forwarded(proxy.url)), 'hello git.test:81');
  assert.deepEqual(proxy.asked, ['git.test:80', 'git.test:81']);
  assert.deepEqual([...proxy.counts], [['git.test', 2]]);
});

test('an HTTP proxy with a user turns others away', async (t) => {
  const proxy = await stage(t, startHttpProxy, { user });
  assert.equal(await ask(t, 'http://git.test/', tunnelled(proxy.urlWithUser)), 'hello git.test');
  await assert.rejects(ask(t, 'http://git.test/', tunnelled(proxy.url)), /407/);
  assert.equal(proxy.turnedAway, 1);
  assert.equal(proxy.asked.length, 1);
});

test('a SOCKS5 proxy leads a name to another place, with a user and without', async (t) => {
  const open = await stage(t, startSocks5Proxy);
  assert.equal(await ask(t, 'http://git.test/', new Socks5ProxyAgent(open.url)), 'hello git.test');
  const closed = await stage(t, startSocks5Proxy, { user });
  const account = { username: user.name, password: user.password };
  assert.equal(await ask(t, 'http://git.test/', new Socks5ProxyAgent(closed.url, account)), 'hello git.test');
  await assert.rejects(ask(t, 'http://git.test/', new Socks5ProxyAgent(closed.url)));
  assert.deepEqual([closed.asked, closed.turnedAway], [['git.test:80'], 1]);
});

test('with onlyHosts nothing leads anywhere else', async (t) => {
  const http = await stage(t, startHttpProxy, { onlyHosts: true });
  const socks = await stage(t, startSocks5Proxy, { onlyHosts: true });
  await assert.rejects(ask(t, 'http://127.0.0.1:1/', tunnelled(http.url)), /403/);
  await assert.rejects(ask(t, 'http://127.0.0.1:1/', new Socks5ProxyAgent(socks.url)));
  assert.deepEqual([http.asked, socks.asked], [['127.0.0.1:1'], ['127.0.0.1:1']]);
});
