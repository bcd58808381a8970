import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GitRemote, SshCredentials } from './ports.ts';
import { redirectedAccess, remoteAccess } from './remote-access.ts';
import { parseRemoteUrl } from './remote-url.ts';

const url = 'https://git.example.com/fleet.git';
const timeoutMs = 60_000;
const basic = (username: string, password: string): NonNullable<GitRemote['credentials']> => ({
  type: 'basic',
  username,
  password,
});

test('credentials are a header for the origin of the URL, and for nothing else', () => {
  const { config } = remoteAccess({ url, timeoutMs, credentials: basic('git', 'pä:ss') });
  assert.deepEqual(config, [
    [
      'http.https://git.example.com/.extraHeader',
      `Authorization: Basic ${Buffer.from('git:pä:ss').toString('base64')}`,
    ],
  ]);
  assert.deepEqual(remoteAccess({ url, timeoutMs, credentials: { type: 'bearer', token: 't' } }).config, [
    ['http.https://git.example.com/.extraHeader', 'Authorization: Bearer t'],
  ]);
  assert.deepEqual(
    remoteAccess({ url: 'https://git:p%40ss@git.example.com/fleet.git', timeoutMs }).config,
    remoteAccess({ url, timeoutMs, credentials: basic('git', 'p@ss') }).config,
  );
  assert.deepEqual(remoteAccess({ url: 'file:///x', timeoutMs, credentials: basic('git', 'pw') }).config, []);
});

test('a mirror belongs to a URL and to whoever reaches it', () => {
  const key = (remote: Partial<GitRemote>): string => remoteAccess({ url, timeoutMs, ...remote }).mirrorKey;
  assert.equal(key({}), key({ timeoutMs: 1, proxy: 'http://p' }));
  assert.notEqual(key({}), key({ url: `${url}/` }));
  assert.notEqual(key({}), key({ credentials: basic('git', 'a') }));
  assert.notEqual(key({ credentials: basic('git', 'a') }), key({ credentials: basic('git', 'b') }));
  assert.equal(
    key({ identity: 'ns/s', credentials: basic('git', 'a') }),
    key({ identity: 'ns/s', credentials: basic('git', 'b') }),
  );
  assert.notEqual(
    key({ identity: 'ns/s', credentials: basic('git', 'a') }),
    key({ identity: 'other/s', credentials: basic('git', 'a') }),
  );
  assert.notEqual(key({}), key({ tls: { cert: 'c', key: 'k' } }));
});

test('an access differs with anything that goes into it', () => {
  const key = (remote: Partial<GitRemote>): string =>
    remoteAccess({ url, timeoutMs, identity: 'ns/s', ...remote }).accessKey;
  const keys = [
    {},
    { credentials: basic('git', 'a') },
    { credentials: basic('git', 'b') },
    { tls: { ca: 'x' } },
    { proxy: 'http://p' },
    { timeoutMs: 1 },
  ].map(key);
  assert.equal(new Set(keys).size, keys.length);
});

test('after a redirect the header belongs to the new origin', () => {
  const access = remoteAccess({
    url: 'http://host/x',
    timeoutMs,
    credentials: basic('git', 'pw'),
    proxy: 'http://p',
  });
  const { config } = redirectedAccess(access, parseRemoteUrl('https://host/x'));
  assert.deepEqual(
    config.map(([key]) => key),
    ['http.https://host/.extraHeader', 'http.proxy', 'http.proxyAuthMethod'],
  );
});

test('over ssh the user is the one of the credentials, of the URL, or git', () => {
  const login = { type: 'ssh', identity: 'KEY', knownHosts: 'HOSTS' } as const;
  const user = (at: string, username?: string): string | undefined =>
    remoteAccess({
      url: at,
      timeoutMs,
      credentials: { ...login, ...(username === undefined ? {} : { username }) },
    }).ssh?.username;
  assert.equal(user('ssh://host/x'), 'git');
  assert.equal(user('ssh://me%40x@host/x'), 'me@x');
  assert.equal(user('ssh://me@host/x', 'other'), 'other');
});

test('a mirror over ssh belongs to a user and an identity, an access to the last byte of the key', () => {
  const keys = (at: string, changes: Partial<SshCredentials> = {}): readonly [string, string] => {
    const credentials: SshCredentials = { type: 'ssh', identity: 'KEY', knownHosts: 'HOSTS', ...changes };
    const access = remoteAccess({ url: at, timeoutMs, identity: 'ns/s', credentials });
    return [access.mirrorKey, access.accessKey];
  };
  const [mirror, access] = keys('ssh://host/x');
  assert.notEqual(keys('ssh://me@host/x')[0], mirror);
  for (const changes of [{ identity: 'other' }, { passphrase: 'pw' }, { knownHosts: 'other' }]) {
    const [sameMirror, otherAccess] = keys('ssh://host/x', changes);
    assert.equal(sameMirror, mirror);
    assert.notEqual(otherAccess, access);
  }
});
