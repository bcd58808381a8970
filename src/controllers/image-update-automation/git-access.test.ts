import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitRepository } from '../../api/git-repository.ts';
import { secret } from '../../../test/builders/secret.ts';
import { gitRemote, refuseLocalFiles } from './git-access.ts';

const at = (url: string): GitRepository => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { namespace: 'apps', name: 'fleet' },
  spec: { url, interval: '1m', timeout: '60s' },
});

test('files of the machine are no repository in a cluster, however the URL is written', () => {
  for (const url of ['file:///etc', 'FILE:///etc', ' file:///etc', 'file:/etc', 'fi\nle:///etc']) {
    assert.throws(() => refuseLocalFiles(at(url)), {
      code: 'InvalidSourceConfiguration',
      message: /^GitRepository 'apps\/fleet': file:\/\/ URLs are refused in a cluster/,
    });
  }
  for (const url of ['https://git.example/file.git', 'no url']) refuseLocalFiles(at(url));
});

test('the proxy of a GitRepository comes from its Secret, with name and password', () => {
  const source = at('https://git.example/x.git');
  const proxyOf = (values: Readonly<Record<string, string>>): string | undefined =>
    gitRemote(source, { proxySecret: secret('proxy', values) }).proxy;
  assert.equal(proxyOf({ address: 'http://proxy:3128' }), 'http://proxy:3128/');
  assert.equal(
    proxyOf({ address: 'socks5://proxy:1080', username: 'me', password: 'p@ss' }),
    'socks5://me:p%40ss@proxy:1080',
  );
  const refused: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ username: 'me' }, "key 'address' not found"],
    [{ address: '' }, 'proxy address is empty'],
    [
      { address: 'ftp://proxy' },
      "proxy URL must use one of the supported schemes (http, https, socks5), got 'ftp'",
    ],
    [{ address: `http://${'x'.repeat(2048)}` }, 'proxy URL exceeds maximum length of 2048 characters'],
  ];
  for (const [values, text] of refused) {
    assert.throws(() => proxyOf(values), {
      code: 'CredentialsInvalid',
      message: `secret 'apps/proxy': ${text}`,
    });
  }
});

test('a proxy is refused by name for what goes through none', () => {
  for (const url of ['file:///srv/x.git']) {
    const source = at(url);
    source.spec.proxySecretRef = { name: 'proxy' };
    assert.throws(() => gitRemote(source, {}), {
      code: 'InvalidSourceConfiguration',
      message:
        /spec\.proxySecretRef serves http:\/\/ and https:\/\/ URLs only, and spec\.url begins with file:/,
    });
  }
});
