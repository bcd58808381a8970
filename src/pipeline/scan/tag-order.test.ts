import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { latestTags, sortTags } from './tag-order.ts';

test('tags are ordered by bytes, the greatest first, and the input stays as it is', () => {
  const tags = ['v10', 'v9', 'latest', '1.0', 'B', '_x', 'v9.1'];
  assert.deepEqual(sortTags(tags), ['v9.1', 'v9', 'v10', 'latest', '_x', 'B', '1.0']);
  assert.equal(tags[0], 'v10');
});

test('beyond ASCII the order is still that of UTF-8 bytes', () => {
  const text = fc.array(
    fc.string({ unit: fc.constantFrom('a', 'é', '\ue000', '\uffff', '😀'), maxLength: 3 }),
  );
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(b), Buffer.from(a));
  fc.assert(fc.property(text, (tags) => assert.deepEqual(sortTags(tags), [...tags].sort(byBytes))));
});

test('the latest tags are the first ten', () => {
  const sorted = Array.from({ length: 12 }, (_, index) => `t${index}`);
  assert.deepEqual(latestTags(sorted), sorted.slice(0, 10));
  assert.deepEqual(latestTags(['a']), ['a']);
  assert.deepEqual(latestTags([]), []);
});
