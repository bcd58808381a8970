import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pickChallenge } from './challenge.ts';

test('scheme and parameters are read from every form in which registries write them', () => {
  const bearer = (parameters: object) => ({ scheme: 'bearer', parameters });
  const cases: readonly [header: string | string[] | undefined, expected: object | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['Basic realm="Registry"', { scheme: 'basic', parameters: { realm: 'Registry' } }],
    ['BASIC', { scheme: 'basic', parameters: {} }],
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      bearer({
        realm: 'https://auth.example/token',
        service: 'registry.example',
        scope: 'repository:a/b:pull,push',
      }),
    ],
    ['bearer Realm = "https://a" , Service=x', bearer({ realm: 'https://a', service: 'x' })],
    ['Bearer realm="https://a/?x=1&y=2"', bearer({ realm: 'https://a/?x=1&y=2' })],
    [String.raw`Bearer realm="a\"b"`, bearer({ realm: 'a"b' })],
    ['Bearer realm="https://a",realm="https://evil"', bearer({ realm: 'https://a' })],
    ['Negotiate, Basic realm="x"', { scheme: 'basic', parameters: { realm: 'x' } }],
    [['Negotiate', 'Bearer realm="https://a"'], bearer({ realm: 'https://a' })],
    ['Basic realm="x", Bearer realm="https://a"', { scheme: 'basic', parameters: { realm: 'x' } }],
    ['Negotiate', { scheme: 'negotiate', parameters: {} }],
    ['realm="nobody"', undefined],
  ];
  for (const [header, expected] of cases) assert.deepEqual(pickChallenge(header), expected, String(header));
});

test('a header of many kilobytes costs no time', () => {
  const start = performance.now();
  for (const piece of ['a ', 'a=', '"', ' ', 'a="', ', ', '\\"']) pickChallenge(piece.repeat(8000));
  assert.ok(performance.now() - start < 2000);
});
