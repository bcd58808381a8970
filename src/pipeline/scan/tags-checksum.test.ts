import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tagsChecksum } from './tags-checksum.ts';

test('the checksum is the one that Flux shows', () => {
  const cases: readonly [tags: readonly string[], checksum: string][] = [
    [['latest', 'v0.0.1', 'v0.0.2'], '1943865137'],
    [['latest', 'v0.0.1', 'v0.0.2', 'v0.0.3'], '3168012550'],
    [['2.0.0-rc.1', '1.1.0', '1.0.0'], '1623131655'],
    [['2.0.0-rc.1', '1.2.0', '1.1.0', '1.0.0'], '2511603558'],
    [[], '18153657'],
  ];
  for (const [tags, checksum] of cases) assert.equal(tagsChecksum(tags), checksum, tags.join());
});

test('two different sets may have the same checksum, so nothing may depend on it', () => {
  assert.equal(tagsChecksum(['1.0.121']), '231080526');
  assert.equal(tagsChecksum(['1.0.202']), '231080526');
});

test('characters that Go escapes in JSON count as Go writes them', () => {
  // Adler-32 of ["\u003ca\u003e\u0026"], in these characters.
  assert.equal(tagsChecksum(['<a>&']), '1360266887');
});

test('a list of many megabytes does not overflow', () => {
  const tags = Array.from({ length: 200_000 }, (_, index) => `~~~~~~~~~~~~~~~~~~~~~~~~~${index}`);
  assert.match(tagsChecksum(tags), /^\d{1,10}$/);
  assert.ok(Number(tagsChecksum(tags)) < 2 ** 32);
});
