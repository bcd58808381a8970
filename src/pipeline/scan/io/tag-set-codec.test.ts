import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { packTags, packTimes, unpackTags, unpackTimes } from './tag-set-codec.ts';

const numRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 1000);
const likeATag = fc.stringMatching(/^[a-z0-9.-]{0,12}$/).map((end) => `branch-dev-${end}`);
const anything = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '').toWellFormed());
const long = fc.nat(300).map((length) => 'x'.repeat(length));

test('tags come back as they were, in their order, whatever characters they are made of', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(likeATag, anything, long), { maxLength: 30 }), (tags) => {
      assert.deepEqual(unpackTags(packTags(tags)), tags);
      const sorted = tags.toSorted().reverse();
      assert.deepEqual(unpackTags(packTags(sorted)), sorted);
    }),
    { numRuns },
  );
});

test('one character outside of the basic plane after another is not cut in two', () => {
  const tags = ['a\u{1f600}', 'a\u{1f601}'];
  assert.deepEqual(unpackTags(packTags(tags)), tags);
});

test('no tags, one empty tag and two of them are different sets', () => {
  for (const tags of [[], [''], ['', '']]) assert.deepEqual(unpackTags(packTags(tags)), tags);
});

test('tags with a common beginning take a fraction of their length', () => {
  const tags = Array.from(
    { length: 400 },
    (_, index) => `branch-dev-${1_715_555_000 + index}-a12b34c`,
  ).reverse();
  assert.ok(packTags(tags).length < tags.join('').length / 2.5);
});

test('a tag with a line break is refused', () => {
  assert.throws(() => packTags(['a', 'b\nc']), RangeError);
});

test('a blob in which one bit has changed, or that was cut off, is refused', () => {
  const blob = packTags(['v3', 'v2', 'v1']);
  for (let at = 0; at < blob.length; at += 1) {
    const rotten = Uint8Array.from(blob);
    rotten[at] = (rotten[at] ?? 0) ^ 4;
    assert.throws(() => unpackTags(rotten), /checksum/);
    assert.throws(() => unpackTags(blob.subarray(0, at)), /checksum/);
  }
});

test('times come back as they were, and one run costs a few bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4e12 }), { maxLength: 50 }), (times) => {
      const packed = packTimes(Float64Array.from(times));
      assert.deepEqual([...unpackTimes(packed, times.length)], times);
    }),
    { numRuns },
  );
  assert.ok(packTimes(new Float64Array(100_000).fill(1_715_555_000_000)).length < 12);
});
