import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followRedirect, parseRemoteUrl } from './remote-url.ts';

test('the URL that is shown has no user information, and is otherwise as it was written', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['https://git.example.com/a/b.git', 'https://git.example.com/a/b.git', 'https://git.example.com'],
    ['HTTPS://Git.example.com:443/a', 'HTTPS://Git.example.com:443/a', 'https://git.example.com'],
    ['http://me:secret@host:8080/x?y#z', 'http://host:8080/x?y#z', 'http://host:8080'],
    ['http://token@host/x', 'http://host/x', 'http://host'],
    ['http://a:b@c@host/x', 'http://host/x', 'http://host'],
    ['file:///srv/my repo.git', 'file:///srv/my repo.git', ''],
    ['ssh://git@git.example.com:2222/a/b.git', 'ssh://git.example.com:2222/a/b.git', ''],
    ['ssh://org-1@github.com@[::1]/~me/a', 'ssh://[::1]/~me/a', ''],
  ];
  for (const [text, url, origin] of cases) {
    const parsed = parseRemoteUrl(text);
    assert.deepEqual([parsed.url, parsed.origin], [url, origin], text);
  }
});

test('user information is decoded', () => {
  const { username, password } = parseRemoteUrl('https://me%40example.com:p%C3%A4ss%2Fword@host/x');
  assert.deepEqual([username, password], ['me@example.com', 'päss/word']);
  assert.equal(parseRemoteUrl('https://a:100%@host/x').password, '100%');
});

test('what is no URL of a remote is refused, without repeating what may be a password', () => {
  const cases = [
    '',
    'git@host:a/b',
    'ssh://me:CANARY@host/x',
    'ssh://git@host:team/x',
    'ssh://git@host',
    'ssh://git@host/',
    'ssh://evil#@host/x',
    'ssh://evil?@host/x',
    'ssh://host/x?y',
    'ssh://169%2e254.169.254/x',
    'ssh://-oProxyCommand=x/y',
    'ssh://-oProxyCommand=x@host/y',
    'ssh://%2DoProxyCommand=x@host/y',
    'ssh://$(x)@host/y',
    'https://me:CAN/ARY@',
    'ftp://me:CANARY@x',
    'file://relative/x',
    'https://host/\nx',
  ];
  for (const text of cases) {
    assert.throws(
      () => parseRemoteUrl(text),
      (error: Error) => 'code' in error && error.code === 'GitFailed' && !/CAN|ARY/.test(error.message),
      text,
    );
  }
});

test('a redirect is followed to the same host only, and never back to plain text', () => {
  const follow = (from: string, location: string): string => {
    const to = followRedirect(parseRemoteUrl(from), location);
    return 'refused' in to ? `refused ${to.refused}` : to.url;
  };
  const refs = '/info/refs?service=git-upload-pack';
  assert.equal(follow('https://host/old.git', `https://host/new.git${refs}`), 'https://host/new.git');
  assert.equal(follow('https://host/old', `/old.git${refs}`), 'https://host/old.git');
  assert.equal(follow('http://host/x', `https://host/x${refs}`), 'https://host/x');
  assert.equal(follow('http://host:8080/x', `https://host:8443/x${refs}`), 'https://host:8443/x');
  assert.equal(
    follow('https://host/x', `http://host/x${refs}`),
    "refused to 'http://host', which is not encrypted",
  );
  assert.equal(follow('https://host/x', `https://evil/x${refs}`), "refused to another host, 'https://evil'");
  assert.equal(
    follow('https://host/x', `https://host:444/x${refs}`),
    "refused to another host, 'https://host:444'",
  );
  assert.equal(
    follow('https://host/x', `https://host@evil/x${refs}`),
    "refused to another host, 'https://evil'",
  );
  assert.equal(
    follow('https://host/x', 'https://host/login?next=x'),
    "refused to 'https://host/login', which is not a Git repository",
  );
  assert.equal(follow('https://host/x', 'https://['), 'refused to an address that cannot be read');
});
