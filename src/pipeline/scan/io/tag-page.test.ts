import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseTagPage } from './tag-page.ts';

test('tags are read beside whatever else a registry adds', () => {
  const cases: readonly [text: string, tags: readonly string[]][] = [
    ['{"name":"a","tags":["1","2"]}', ['1', '2']],
    ['{"child":[],"manifest":{"sha256:1":{"tag":["1"]}},"name":"a","tags":["1"]}', ['1']],
    [' {"tags":[]} \n', []],
    ['{"name":"a","tags":null}', []],
    ['{"name":"a"}', []],
    [String.raw`{"tags":["\u0031.0"]}`, ['1.0']],
  ];
  for (const [text, tags] of cases) assert.deepEqual(parseTagPage(Buffer.from(text), 'GET x'), tags);
});

test('an answer that was built to fill the memory is refused before it is read', () => {
  for (const piece of ['{},', '[],', '{"a":[]},']) {
    const body = Buffer.concat([
      Buffer.from('{"tags":['),
      Buffer.alloc(30 * 2 ** 20, piece),
      Buffer.from('""]}'),
    ]);
    assert.throws(() => parseTagPage(body, 'GET x'), {
      code: 'RegistryBadAnswer',
      message: 'GET x: the answer has more objects than a tag list can have',
    });
  }
});

test('brackets without end do not break the parser', () => {
  const body = Buffer.from(`{"tags":${'['.repeat(900_000)}`);
  assert.throws(() => parseTagPage(body, 'GET x'), { code: 'RegistryBadAnswer' });
});
