import assert from 'node:assert/strict';
import { test } from 'node:test';

import { proxyFromEnvironment } from './proxy-environment.ts';

const proxies = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'plain:8080' };

test('the proxy is chosen by the scheme of the target', () => {
  const choose = proxyFromEnvironment(proxies);
  assert.equal(choose(new URL('https://r.example/')), 'http://secure:3128');
  assert.equal(choose(new URL('http://r.example/')), 'http://plain:8080');
  assert.equal(proxyFromEnvironment({})(new URL('https://r.example/')), undefined);
  assert.equal(
    proxyFromEnvironment({ https_proxy: 'socks5://p' })(new URL('https://r.example/')),
    'socks5://p',
  );
  assert.equal(proxyFromEnvironment({ HTTPS_PROXY: '' })(new URL('https://r.example/')), undefined);
});

test('NO_PROXY names hosts, domains, ports, addresses and ranges', () => {
  const cases: readonly [noProxy: string, url: string, direct: boolean][] = [
    ['*', 'https://r.example/', true],
    ['r.example', 'https://r.example/', true],
    ['r.example', 'https://sub.r.example/', true],
    ['r.example', 'https://other.example/', false],
    ['r.example', 'https://myr.example/', false],
    ['.r.example', 'https://r.example/', false],
    ['.r.example', 'https://sub.r.example/', true],
    ['*.r.example', 'https://sub.r.example/', true],
    ['R.Example', 'https://r.example/', true],
    ['r.example:5000', 'https://r.example:5000/', true],
    ['r.example:5000', 'https://r.example/', false],
    ['r.example:443', 'https://r.example/', true],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.1.2.3', 'https://10.1.2.30/', false],
    ['10.0.0.0/8', 'https://10.9.9.9:5000/', true],
    ['10.0.0.0/8', 'https://11.0.0.1/', false],
    ['10.0.0.0/99', 'https://10.0.0.1/', false],
    ['fd00::/8', 'https://[fd12::1]/', true],
    ['fd12::1', 'https://[fd12::1]/', true],
    ['[fd12::1]:5000', 'https://[fd12::1]:5000/', true],
    ['a, ,r.example ,b', 'https://r.example/', true],
    [',', 'https://r.example/', false],
  ];
  for (const [noProxy, url, direct] of cases) {
    const choose = proxyFromEnvironment({ ...proxies, NO_PROXY: noProxy });
    assert.equal(choose(new URL(url)), direct ? undefined : 'http://secure:3128', `${noProxy} ${url}`);
  }
});

test('this machine is never reached through a proxy', () => {
  const choose = proxyFromEnvironment(proxies);
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', 'localhost:5000']) {
    assert.equal(choose(new URL(`https://${host}/`)), undefined, host);
  }
});
