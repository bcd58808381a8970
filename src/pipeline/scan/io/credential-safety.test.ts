import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import {
  access,
  fakeRegistry,
  forever,
  keychain,
  registryClient,
} from '../../../../test/builders/registry-client.ts';
import type { RunningRegistry, StartOptions } from '../../../../test/fakes/registry/start-registry.ts';
import { parseImageName } from '../../../model/image-ref.ts';
import type { RegistryAccess } from '../ports.ts';

const pem = (name: string) =>
  readFileSync(new URL(`../../../../test/golden/tls/${name}`, import.meta.url), 'utf8');
const ca = pem('ca.crt');
const account = { username: 'puller', password: 'CANARY-password' };

function secureRegistry(t: TestContext, options: StartOptions & { readonly clientCert?: boolean } = {}) {
  const { clientCert = false, ...rest } = options;
  const identity = { key: pem('server.key'), cert: pem('server.crt') };
  const server: StartOptions['server'] = (listener) =>
    createSecureServer(
      { ...identity, ca, requestCert: clientCert, rejectUnauthorized: clientCert },
      listener,
    );
  return fakeRegistry(t, { ...rest, server });
}

interface Proxy {
  readonly url: string;
  /** `CONNECT host:port` and `GET http://host/path`, in order. */
  readonly log: string[];
  readonly authorizations: (string | undefined)[];
}

/** A proxy that leads `host:port` to a port of this machine: so tests can have hosts on the internet. */
async function startProxy(t: TestContext, hosts: Readonly<Record<string, RunningRegistry>>): Promise<Proxy> {
  const log: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    log.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    const target = hosts[new URL(request.url ?? '').host];
    if (!target) {
      response.writeHead(502).end();
      return;
    }
    const socket = connect(target.port, '127.0.0.1');
    const url = new URL(request.url ?? '');
    const headers = Object.entries(request.headers).filter(
      ([name]) => !name.startsWith('proxy-') && name !== 'connection',
    );
    const lines = headers.map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(
      `${request.method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`,
    );
    socket.pipe(request.socket);
  });
  server.on('connect', (request, socket) => {
    log.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers['proxy-authorization']);
    socket.on('error', () => undefined);
    const target = hosts[(request.url ?? '').replace(/:443$/, '')];
    if (!target) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const onward = connect(target.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, log, authorizations };
}

function trusting(proxy: Proxy, change: Partial<RegistryAccess> = {}): RegistryAccess {
  const keys = keychain({ 'hub.registry.example': account });
  return access({ tls: { ca }, proxy: proxy.url, keychain: keys, ...change });
}

const image = parseImageName('hub.registry.example/team/app');
const authorizationsAt = ({ registry }: RunningRegistry) =>
  registry.requests.flatMap(({ headers }) => headers['authorization'] ?? []);

test('HTTPS needs an authority that is trusted, and `ca` is one beside those of the system', async (t) => {
  const { registry, host, port } = await secureRegistry(t);
  registry.push('app', '1');
  const client = registryClient(t);
  for (const name of [host, `localhost:${port}`]) {
    const secure = parseImageName(`${name}/app`);
    assert.deepEqual(await client.listTags(secure, access({ tls: { ca } }), forever()), ['1']);
    await assert.rejects(client.listTags(secure, access(), forever()), (error: Error) => {
      assert.match(error.message, /^GET https:\/\/[\w.:]+\/v2\/: .*certificate/);
      return true;
    });
  }
});

test('a client certificate is shown where one is asked for', async (t) => {
  const { registry, host } = await secureRegistry(t, { clientCert: true });
  registry.push('app', '1');
  const secure = parseImageName(`${host}/app`);
  const client = registryClient(t);
  const pair = { cert: pem('client.crt'), key: pem('client.key') };
  assert.deepEqual(await client.listTags(secure, access({ tls: { ca, ...pair } }), forever()), ['1']);
  // The connection that was opened with a certificate serves nobody who has none.
  await assert.rejects(client.listTags(secure, access({ tls: { ca } }), forever()));
});

test('plain HTTP is never spoken to a host on the internet unless the user allows it', async (t) => {
  const plain = await fakeRegistry(t, { access: { kind: 'basic', ...account } });
  plain.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': plain });
  const client = registryClient(t);
  await assert.rejects(client.listTags(image, trusting(proxy), forever()), {
    code: 'RegistryUnreachable',
    message: 'GET https://hub.registry.example/v2/: the server does not speak HTTPS',
  });
  assert.deepEqual(proxy.log, ['CONNECT hub.registry.example:443']);
  assert.deepEqual(await client.listTags(image, trusting(proxy, { insecure: true }), forever()), ['1']);
});

test('HTTPS is used when it answers, also where plain HTTP is allowed', async (t) => {
  const secure = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  secure.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': secure });
  const entry = trusting(proxy, { insecure: true });
  // The clock gives HTTPS no head start here, so plain HTTP is tried as well, and fails.
  assert.deepEqual(await registryClient(t).listTags(image, entry, forever()), ['1']);
  assert.ok(authorizationsAt(secure).length > 0);
});

test('a redirect to another host is followed without credentials', async (t) => {
  const hub = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  const store = await secureRegistry(t);
  store.registry.push('team/app', 'moved');
  hub.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': hub, 'store.registry.example': store });
  hub.registry.fault({ on: 'tags', answer: { kind: 'redirect', to: 'https://store.registry.example' } });
  assert.deepEqual(await registryClient(t).listTags(image, trusting(proxy), forever()), ['moved']);
  assert.ok(authorizationsAt(hub).length > 0);
  assert.deepEqual(authorizationsAt(store), []);
});

test('a redirect to another host that asks for credentials does not get them', async (t) => {
  const hub = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  const thief = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  const proxy = await startProxy(t, { 'hub.registry.example': hub, 'thief.registry.example': thief });
  hub.registry.fault({ on: 'tags', answer: { kind: 'redirect', to: 'https://thief.registry.example' } });
  await assert.rejects(registryClient(t).listTags(image, trusting(proxy), forever()), {
    code: 'RegistryUnauthorized',
  });
  assert.deepEqual(authorizationsAt(thief), []);
});

test('a redirect within the registry keeps credentials', async (t) => {
  const hub = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  hub.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': hub });
  hub.registry.fault({ on: 'tags', times: 1, answer: { kind: 'redirect', to: '' } });
  assert.deepEqual(await registryClient(t).listTags(image, trusting(proxy), forever()), ['1']);
});

test('redirects from HTTPS to plain HTTP, and from the internet into a private network, are refused', async (t) => {
  const hub = await secureRegistry(t);
  const proxy = await startProxy(t, { 'hub.registry.example': hub });
  const refused: Readonly<Record<string, string>> = {
    'http://hub.registry.example': 'the redirect leads from HTTPS to plain HTTP on hub.registry.example',
    'https://169.254.169.254': 'the redirect leads to 169.254.169.254, an address of a private network',
    'https://10.0.0.1:8443': 'the redirect leads to 10.0.0.1:8443, an address of a private network',
    'https://[::1]': 'the redirect leads to [::1], an address of a private network',
    'https://[::ffff:192.168.0.1]': 'the redirect leads to [::ffff:c0a8:1], an address of a private network',
    'https://localhost': 'the redirect leads to localhost, an address of a private network',
    'https://2130706433': 'the redirect leads to 127.0.0.1, an address of a private network',
  };
  for (const [to, says] of Object.entries(refused)) {
    const mend = hub.registry.fault({ on: 'tags', answer: { kind: 'redirect', to } });
    await assert.rejects(registryClient(t).listTags(image, trusting(proxy), forever()), {
      code: 'RegistryBadAnswer',
      message: `GET https://hub.registry.example/v2/team/app/tags/list?n=1000: ${says}`,
    });
    mend();
  }
});

test('a token server on another host gets the credentials over HTTPS, and the registry gets the token', async (t) => {
  const tokens = { kind: 'token', ...account, realm: 'https://auth.registry.example/token' } as const;
  const hub = await secureRegistry(t, { access: tokens });
  hub.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': hub, 'auth.registry.example': hub });
  assert.deepEqual(await registryClient(t).listTags(image, trusting(proxy), forever()), ['1']);
  assert.ok(proxy.log.includes('CONNECT auth.registry.example:443'));
  const sent = hub.registry.requests.map(({ path, headers }) => [
    path,
    String(headers['authorization']).split(' ')[0],
  ]);
  assert.deepEqual(sent, [
    ['/v2/', 'undefined'],
    ['/token', 'Basic'],
    ['/v2/team/app/tags/list', 'Bearer'],
  ]);
});

test('token servers on plain HTTP or in a private network get nothing', async (t) => {
  const refused: Readonly<Record<string, string>> = {
    'http://hub.registry.example/token': 'names a token server on plain HTTP: hub.registry.example',
    'http://auth.registry.example/token': 'names a token server on plain HTTP: auth.registry.example',
    'https://169.254.169.254/token': 'names a token server in a private network: 169.254.169.254',
    'https://localhost:1/token': 'names a token server in a private network: localhost:1',
  };
  for (const [realm, says] of Object.entries(refused)) {
    const hub = await secureRegistry(t, { access: { kind: 'token', ...account, realm } });
    const proxy = await startProxy(t, { 'hub.registry.example': hub, 'auth.registry.example': hub });
    await assert.rejects(registryClient(t).listTags(image, trusting(proxy), forever()), {
      code: 'RegistryBadAnswer',
      message: `the registry hub.registry.example ${says}`,
    });
    assert.deepEqual(authorizationsAt(hub), []);
  }
});

test('on plain HTTP that was allowed, a token server elsewhere gets no credentials over plain HTTP', async (t) => {
  const realm = 'http://auth.registry.example/token';
  const hub = await fakeRegistry(t, { access: { kind: 'token', ...account, realm } });
  const proxy = await startProxy(t, { 'hub.registry.example': hub, 'auth.registry.example': hub });
  await assert.rejects(registryClient(t).listTags(image, trusting(proxy, { insecure: true }), forever()), {
    message: 'the registry hub.registry.example names a token server on plain HTTP: auth.registry.example',
  });
  assert.deepEqual(authorizationsAt(hub), []);
});

test('a refresh token does not travel with a redirect', async (t) => {
  const hub = await secureRegistry(t, {
    access: { kind: 'token', ...account, refreshToken: 'CANARY-refresh' },
  });
  const thief = await secureRegistry(t);
  const proxy = await startProxy(t, { 'hub.registry.example': hub, 'thief.registry.example': thief });
  hub.registry.fault({ on: 'token', answer: { kind: 'redirect', to: 'https://thief.registry.example' } });
  const keys = keychain({ 'hub.registry.example': { identitytoken: 'CANARY-refresh' } });
  await assert.rejects(registryClient(t).listTags(image, trusting(proxy, { keychain: keys }), forever()), {
    code: 'RegistryBadAnswer',
    message:
      'POST https://hub.registry.example/token: a redirect is not followed with a secret in the request',
  });
  assert.equal(thief.registry.requests.length, 0);
});

test('a Link that names the registry with the wrong scheme is asked as the page before', async (t) => {
  const hub = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  hub.registry.push('team/app', '2');
  const proxy = await startProxy(t, { 'hub.registry.example': hub });
  const link = '<http://hub.registry.example/v2/team/app/tags/list?last=1>; rel="next"';
  hub.registry.fault({ page: 'first', answer: { kind: 'tags', tags: ['1'], link } });
  assert.deepEqual(await registryClient(t).listTags(image, trusting(proxy), forever()), ['1', '2']);
  assert.ok(!proxy.log.some((line) => line.startsWith('GET http:')), proxy.log.join());
});

test('a proxy gets its own credentials and none of the registry', async (t) => {
  const hub = await secureRegistry(t, { access: { kind: 'basic', ...account } });
  hub.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': hub });
  const withUser = proxy.url.replace('://', '://me:s%40cret@');
  const entry = trusting(proxy, { proxy: withUser });
  assert.deepEqual(await registryClient(t).listTags(image, entry, forever()), ['1']);
  const expected = `Basic ${Buffer.from('me:s@cret').toString('base64')}`;
  assert.deepEqual(new Set(proxy.authorizations), new Set([expected]));
  assert.ok(hub.registry.requests.every(({ headers }) => headers['proxy-authorization'] === undefined));
});

test('a proxy that refuses, and one that is not there, are told from a registry that does', async (t) => {
  const proxy = await startProxy(t, {});
  await assert.rejects(registryClient(t).listTags(image, trusting(proxy), forever()), {
    code: 'RegistryUnreachable',
    message: 'GET https://hub.registry.example/v2/: the proxy refused the connection',
  });
  const absent = trusting(proxy, { proxy: 'http://me:CANARY@127.0.0.1:1' });
  await assert.rejects(registryClient(t).listTags(image, absent, forever()), {
    code: 'RegistryUnreachable',
    message: 'GET https://hub.registry.example/v2/: connection refused',
  });
  const nonsense = trusting(proxy, { proxy: 'http://me:CANARY@:x' });
  await assert.rejects(registryClient(t).listTags(image, nonsense, forever()), {
    message: 'GET https://hub.registry.example/v2/: the URL of the proxy cannot be read',
  });
});

test('without a proxy of its own an access takes the one that was chosen for its URL', async (t) => {
  const hub = await secureRegistry(t);
  hub.registry.push('team/app', '1');
  const proxy = await startProxy(t, { 'hub.registry.example': hub });
  const client = registryClient(t, {
    proxyFor: (url) => (url.hostname.endsWith('.example') ? proxy.url : undefined),
  });
  assert.deepEqual(await client.listTags(image, access({ tls: { ca } }), forever()), ['1']);
});
