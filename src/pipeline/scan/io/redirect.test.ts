import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isPrivateHost, redirectTarget } from './redirect.ts';

test('addresses and names of this machine and of private networks are known in every spelling', () => {
  const own = [
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
  ];
  own.push(
    '192.168.1.1',
    '169.254.169.254',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[::ffff:10.0.0.1]',
  );
  for (const host of own) assert.ok(isPrivateHost(new URL(`http://${host}/`).hostname), host);
  assert.ok(isPrivateHost(new URL('http://2130706433/').hostname));
  const others = [
    'r.example',
    'localhost.example',
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '100.64.0.1',
  ];
  others.push('[2606:4700::1]', '[::ffff:8.8.8.8]', '10.0.0.1.example');
  for (const host of others) assert.ok(!isPrivateHost(new URL(`http://${host}/`).hostname), host);
});

test('a redirect is resolved against the URL that gave it, and loses user information', () => {
  const from = new URL('https://r.example/v2/a/tags/list');
  const to = (location: string) => String(redirectTarget(from, location, { plainHttp: false }));
  assert.equal(to('/other?x=1'), 'https://r.example/other?x=1');
  assert.equal(to('https://u:p@s.example/x'), 'https://s.example/x');
  assert.equal(to('//s.example/x'), 'https://s.example/x');
});

test('between hosts of a private network redirects are free', () => {
  const from = new URL('http://10.0.0.1:5000/v2/');
  const to = redirectTarget(from, 'http://127.0.0.1:6000/v2/', { plainHttp: true });
  assert.equal(String(to), 'http://127.0.0.1:6000/v2/');
});
