import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BoundedCache } from './bounded-cache.ts';

test('a value lives as long as it was given, and no longer', () => {
  let now = 0;
  const cache = new BoundedCache<string>(10, () => now);
  cache.set('a', 'x', 100);
  now = 99;
  assert.equal(cache.get('a'), 'x');
  now = 100;
  assert.equal(cache.get('a'), undefined);
  cache.set('a', 'y', 100);
  cache.delete('a');
  assert.equal(cache.get('a'), undefined);
});

test('when it is full, what was not used for longest goes', () => {
  const cache = new BoundedCache<number>(2, () => 0);
  cache.set('a', 1, 100);
  cache.set('b', 2, 100);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3, 100);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [1, undefined, 3]);
  cache.set('a', 4, 100);
  assert.deepEqual([cache.get('a'), cache.get('c')], [4, 3]);
});
