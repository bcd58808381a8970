import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseLinkLocal } from '../../../http/link-local.ts';
import { parseRemoteUrl } from '../remote-url.ts';
import { checkHost } from './check-host.ts';

const resolves =
  (...addresses: readonly string[]) =>
  (): Promise<readonly { address: string }[]> =>
    Promise.resolve(addresses.map((address) => ({ address })));

test('a remote is refused by its address, by its name, and by what its name stands for', async () => {
  for (const [url, ...addresses] of [
    ['http://169.254.169.254/latest/meta-data.git'],
    ['http://[fe80::1]:8080/x.git'],
    ['http://0xa9fea9fe/x.git'],
    ['http://metadata.google.internal/x.git'],
    ['https://git.example/x.git', '192.0.2.1', '169.254.169.254'],
    ['ssh://git@169.254.169.254/x.git'],
    ['ssh://git@[fe80::1]:22/x.git'],
    ['ssh://0xa9fea9fe/x.git', '169.254.169.254'],
    ['ssh://git.example/x.git', '169.254.169.254'],
  ] as const) {
    await assert.rejects(checkHost({ url: parseRemoteUrl(url) }, refuseLinkLocal, resolves(...addresses)), {
      code: 'GitFailed',
      message: /^cannot use (?:http|ssh).*: .* is link-local or the metadata service of a cloud/,
    });
  }
});

test('through a proxy the proxy is judged, and the remote by its name', async () => {
  const url = parseRemoteUrl('https://git.example/x.git');
  const looked: string[] = [];
  const resolve = (host: string): Promise<readonly { address: string }[]> => {
    looked.push(host);
    return resolves('169.254.1.1')();
  };
  const refused = { code: 'GitFailed', message: /^cannot use https:\/\/git\.example\/x\.git: / };
  await assert.rejects(checkHost({ url, proxy: 'http://proxy:3128' }, refuseLinkLocal, resolve), refused);
  assert.deepEqual(looked, ['proxy']);
  await assert.rejects(checkHost({ url, proxy: 'http://169.254.169.254' }, refuseLinkLocal), refused);
  const named = parseRemoteUrl('http://metadata.google.internal/x.git');
  await assert.rejects(
    checkHost({ url: named, proxy: 'http://proxy:3128' }, refuseLinkLocal, resolves('10.0.0.1')),
  );
});

test('other remotes pass, those of private networks and those that cannot be looked up included', async () => {
  for (const url of ['https://git.example/x.git', 'http://10.0.0.1/x.git', 'file:///srv/x.git'])
    await checkHost({ url: parseRemoteUrl(url) }, refuseLinkLocal, resolves('10.0.0.1'));
  await checkHost({ url: parseRemoteUrl('https://nowhere.invalid/x.git') }, refuseLinkLocal);
});
