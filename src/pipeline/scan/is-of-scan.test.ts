import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfScan } from './is-of-scan.ts';
import { tagsChecksum } from './tags-checksum.ts';

const stored = (tags: readonly string[]): Parameters<typeof isOfScan>[0] => ({
  tags,
  count: tags.length,
  checksum: tagsChecksum(tags),
});
const scan = (tags: readonly string[]): Parameters<typeof isOfScan>[1] => ({
  revision: tagsChecksum(tags),
  tagCount: tags.length,
  latestTags: tags.slice(0, 10),
});

test('stored tags are told from those of another scan, even when the checksum is the same', () => {
  assert.equal(isOfScan(stored(['1.0.1', '1.0.0']), scan(['1.0.1', '1.0.0'])), true);
  assert.equal(isOfScan(stored(['1.0.0']), scan(['1.0.1', '1.0.0'])), false);
  assert.equal(isOfScan(stored(['1.0.121']), scan(['1.0.202'])), false);
  assert.equal(isOfScan(stored(['1.0.0']), undefined), false);
});

test('no tags are those of a scan that found none', () => {
  assert.equal(isOfScan(stored([]), { revision: tagsChecksum([]), tagCount: 0 }), true);
});
