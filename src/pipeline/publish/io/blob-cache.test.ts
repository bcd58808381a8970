import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlobCache } from './blob-cache.ts';

test('the blobs used last are kept, up to so many bytes; one that would push out too many others is not', () => {
  const cache = new BlobCache(80);
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) cache.set(key, Buffer.alloc(10));
  assert.ok(cache.get('a'));
  cache.set('i', Buffer.alloc(10));
  assert.equal(cache.get('b'), undefined);
  assert.ok(cache.get('a'));
  cache.set('big', Buffer.alloc(11));
  assert.equal(cache.get('big'), undefined);
});
