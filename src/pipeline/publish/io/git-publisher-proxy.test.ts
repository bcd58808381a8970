import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { startHttpProxy } from '../../../../test/fakes/proxy/http-proxy.ts';
import type { Proxy, ProxyOptions } from '../../../../test/fakes/proxy/proxy.ts';
import { startSocks5Proxy } from '../../../../test/fakes/proxy/socks5-proxy.ts';
import { refuseLinkLocal } from '../../../http/link-local.ts';
import { makeCertificates } from './testing/certificates.ts';
import { commandLines } from './testing/command-lines.ts';
import { setPublishStage, setTag, type PublishStage, type StageOptions } from './testing/publish-stage.ts';

const user = { name: 'me', password: 'CANARY-pr@xy:1' };
const starts = { http: startHttpProxy, socks5: startSocks5Proxy };
const git = { git: { password: 'CANARY-git' } };
const credentials = { type: 'basic', username: 'git', password: 'CANARY-git' } as const;
const plain = 'http://git.test/fleet.git';

interface World {
  readonly stage: PublishStage;
  readonly proxy: Proxy;
}

/** A Git server that answers to `git.test`, and a proxy that knows where that is and nothing else. */
async function setWorld(
  t: TestContext,
  start: (options: ProxyOptions) => Promise<Proxy>,
  options: StageOptions & { readonly proxyUser?: typeof user } = {},
): Promise<World> {
  const { proxyUser, ...rest } = options;
  const stage = await setPublishStage(t, rest);
  const proxy = await start({
    ...(proxyUser === undefined ? {} : { user: proxyUser }),
    hosts: { 'git.test': new URL(stage.server.url).host },
    onlyHosts: true,
  });
  t.after(() => proxy.close());
  return { stage, proxy };
}

for (const [scheme, start] of Object.entries(starts)) {
  test(`a ${scheme} proxy with a user leads to a Git server that only it knows, for reading and pushing`, async (t) => {
    const { stage, proxy } = await setWorld(t, start, { proxyUser: user, users: git });
    const looks: string[] = [];
    stage.server.intercept = () => void looks.push(commandLines());
    const remote = { url: plain, credentials, proxy: proxy.urlWithUser, timeoutMs: 30_000 };
    assert.equal((await stage.publish({ remote })).outcome, 'pushed');
    assert.match(stage.repository.read('apps/dev/web.yaml').toString(), /web:2/);
    assert.deepEqual([...proxy.counts.keys()], ['git.test']);
    assert.equal(proxy.turnedAway, 0);
    assert.doesNotMatch(looks.join('\n'), /CANARY/);
    assert.doesNotMatch(stage.logged.join('\n'), /CANARY/);
  });

  test(`a ${scheme} proxy leads to a server with TLS, which no proxy takes part in`, async (t) => {
    const made = await setPublishStage(t);
    const certificates = makeCertificates(made.root);
    if (certificates === undefined) return t.skip('there is no openssl here to make certificates with');
    const { ca, server, client } = certificates;
    const tls = { ...server, ca, requestCert: true };
    const { stage, proxy } = await setWorld(t, start, { tls, users: git });
    const remote = {
      url: 'https://git.test/fleet.git',
      credentials,
      tls: { ca, ...client },
      proxy: proxy.url,
      timeoutMs: 30_000,
    };
    assert.equal((await stage.publish({ remote })).outcome, 'pushed');
    assert.deepEqual([...new Set(proxy.asked)], ['git.test:443']);
  });

  test(`a ${scheme} proxy that does not know the user is named, and the password is not`, async (t) => {
    const { stage, proxy } = await setWorld(t, start, { proxyUser: user });
    const wrong = proxy.urlWithUser.replace('CANARY', 'CANARY-wrong');
    for (const given of [proxy.url, wrong, proxy.url.replace('//', '//me@')]) {
      for (const url of [plain, plain.replace('http', 'https')]) {
        await assert.rejects(
          stage.publish({ remote: { url, proxy: given, timeoutMs: 30_000 } }),
          (error: Error) => {
            assert.match(error.message, /the proxy (?:wants a user name and password|refuses: )/);
            assert.ok(error.message.endsWith(` (through the proxy ${proxy.url})`), error.message);
            assert.doesNotMatch(error.message, /CANARY|me@/);
            return true;
          },
        );
      }
    }
    assert.deepEqual(proxy.asked, []);
  });

  test(`a ${scheme} proxy that refuses the host, and one that is not there, are named`, async (t) => {
    const { stage, proxy } = await setWorld(t, start);
    const other = { url: 'https://other.test/x.git', proxy: proxy.url, timeoutMs: 30_000 };
    await assert.rejects(stage.publish({ remote: other }), {
      code: 'GitUnreachable',
      message: /: the proxy (?:answered 403|refuses: .*other\.test.*) \(through the proxy .*:\d+\)$/,
    });
    await proxy.close();
    await assert.rejects(stage.publish({ remote: other }), {
      code: 'GitUnreachable',
      message: /connect.* \(through the proxy .*:\d+\)$/i,
    });
  });
}

test('proxies of the environment are used, but for hosts in NO_PROXY, and give way to the one of the object', async (t) => {
  const { stage, proxy } = await setWorld(t, startHttpProxy, { proxyUser: user });
  const own = await setWorld(t, startSocks5Proxy);
  const PATH = process.env['PATH'];
  const through = async (
    environment: Readonly<Record<string, string>>,
    named?: string,
  ): Promise<readonly [number, number]> => {
    const { publish } = stage.restart({ environment: { PATH, ...environment } });
    const before = [proxy.asked.length, own.proxy.asked.length] as const;
    const remote = { url: plain, timeoutMs: 30_000, ...(named === undefined ? {} : { proxy: named }) };
    await publish({ remote, draft: () => undefined }).catch(() => undefined);
    return [Math.sign(proxy.asked.length - before[0]), Math.sign(own.proxy.asked.length - before[1])];
  };
  assert.deepEqual(await through({ HTTP_PROXY: proxy.urlWithUser }), [1, 0]);
  assert.deepEqual(await through({ http_proxy: proxy.urlWithUser.replace('http://', '') }), [1, 0]);
  assert.deepEqual(await through({ HTTPS_PROXY: proxy.urlWithUser }), [0, 0]);
  assert.deepEqual(await through({ ALL_PROXY: proxy.urlWithUser, GIT_PROXY_COMMAND: 'false' }), [0, 0]);
  assert.deepEqual(await through({ HTTP_PROXY: proxy.urlWithUser, NO_PROXY: '.test' }), [0, 0]);
  const both = { HTTP_PROXY: proxy.urlWithUser, NO_PROXY: 'git.test' };
  assert.deepEqual(await through(both, own.proxy.url), [0, 1]);
});

test('through a proxy of the environment a push reaches the server', async (t) => {
  const { stage, proxy } = await setWorld(t, startHttpProxy, { proxyUser: user });
  const environment = { PATH: process.env['PATH'], HTTP_PROXY: proxy.urlWithUser };
  const { publish } = stage.restart({ environment });
  assert.equal(
    (await publish({ remote: { url: plain, timeoutMs: 30_000 }, draft: setTag('3') })).outcome,
    'pushed',
  );
  assert.equal(stage.repository.log().length, 2);
});

test('a proxy at a refused address is not asked, whoever names it', async (t) => {
  const { stage } = await setWorld(t, startHttpProxy, { publisher: { refuse: refuseLinkLocal } });
  const remote = { url: plain, proxy: 'http://169.254.169.254:80', timeoutMs: 30_000 };
  await assert.rejects(stage.publish({ remote }), { code: 'GitFailed', message: /169\.254\.169\.254/ });
});

test('a redirect to another host is not followed through a proxy either', async (t) => {
  const { stage, proxy } = await setWorld(t, startHttpProxy, { users: git });
  stage.server.intercept = ({ path }) => ({ status: 302, headers: { Location: `http://other.test${path}` } });
  const remote = { url: plain, credentials, proxy: proxy.url, timeoutMs: 30_000 };
  await assert.rejects(stage.publish({ remote }), {
    message: /redirects to another host, 'http:\/\/other\.test'/,
  });
  assert.deepEqual([...proxy.counts.keys()], ['git.test']);
});

test('a proxy that is asked for a tunnel is not handed the credentials of the Git server', async (t) => {
  const seen: string[] = [];
  const nosy = createServer().on('connect', ({ rawHeaders }, socket) => {
    seen.push(rawHeaders.join(' '));
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => nosy.listen(0, '127.0.0.1', resolve));
  t.after(() => nosy.close());
  const stage = await setPublishStage(t);
  const proxy = `http://me:pw@127.0.0.1:${(nosy.address() as AddressInfo).port}`;
  const remote = { url: 'https://git.test/fleet.git', credentials, proxy, timeoutMs: 30_000 };
  await assert.rejects(stage.publish({ remote }), { message: /the proxy answered 403/ });
  assert.match(seen.join(), /Proxy-Authorization Basic bWU6cHc=/);
  assert.doesNotMatch(seen.join(), /(?<!Proxy-)Authorization/);
});
