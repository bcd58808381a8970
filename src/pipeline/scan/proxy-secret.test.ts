import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TidemarkError } from '../../model/errors.ts';
import { proxyFromSecret } from './proxy-secret.ts';

function secret(values: Readonly<Record<string, string>>) {
  const data = Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    metadata: { namespace: 'apps', name: 'proxy' },
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

test('the address becomes a URL, with the user of the secret', () => {
  const cases: readonly [values: Record<string, string>, expected: string][] = [
    [{ address: 'http://proxy.example:3128' }, 'http://proxy.example:3128/'],
    [{ address: 'HTTPS://proxy.example' }, 'https://proxy.example/'],
    [{ address: 'http://p', username: 'a b', password: 'p@:/w' }, 'http://a%20b:p%40%3A%2Fw@p/'],
    [{ address: 'http://old:user@p', username: 'new' }, 'http://new@p/'],
    [{ address: 'http://user:word@p' }, 'http://user:word@p/'],
    [{ address: 'socks5://u@p:1080' }, 'socks5://u@p:1080'],
  ];
  for (const [values, expected] of cases) assert.equal(proxyFromSecret(secret(values)), expected);
});

test('an address that cannot be used is refused without showing it', () => {
  const schemes = 'proxy URL must use one of the supported schemes (http, https, socks5)';
  const cases: readonly [values: Record<string, string>, message: string][] = [
    [{}, "key 'address' not found"],
    [{ address: '' }, 'proxy address is empty'],
    [{ address: `http://${'x'.repeat(2048)}` }, 'proxy URL exceeds maximum length of 2048 characters'],
    [{ address: 'ftp://user:CANARY@p' }, `${schemes}, got 'ftp'`],
    [{ address: 'CANARY' }, `${schemes}, got ''`],
    [{ address: 'http://user:CANARY@p:port' }, 'failed to parse proxy address'],
    [{ address: 'socks5:CANARY' }, 'proxy address names no host'],
  ];
  for (const [values, message] of cases) {
    const expected = new TidemarkError('CredentialsInvalid', `secret 'apps/proxy': ${message}`);
    assert.throws(() => proxyFromSecret(secret(values)), expected);
  }
});
