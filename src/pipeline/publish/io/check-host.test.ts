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
    await assert.rejects(checkHost(parseRemoteUrl(url), refuseLinkLocal, resolves(...addresses)), {
      code: 'GitFailed',
      message: /^cannot use (?:http|ssh).*: .* is link-local or the metadata service of a cloud/,
    });
  }
});

test('other remotes pass, those of private networks and those that cannot be looked up included', async () => {
  for (const url of ['https://git.example/x.git', 'http://10.0.0.1/x.git', 'file:///srv/x.git'])
    await checkHost(parseRemoteUrl(url), refuseLinkLocal, resolves('10.0.0.1'));
  await checkHost(parseRemoteUrl('https://nowhere.invalid/x.git'), refuseLinkLocal);
});
