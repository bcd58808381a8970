import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  byteLength,
  compareBytes,
  fromBytes,
  fromText,
  normalize,
  runeToString,
  sliceBytes,
  toBytes,
  toText,
} from './byte-string.ts';

const numRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 2000);
const odd = fc.uint8Array({ maxLength: 12 });
const likelyUtf8 = fc
  .tuple(fc.string({ unit: 'grapheme' }), odd, fc.string({ unit: 'binary' }))
  .map(([a, b, c]) => Buffer.concat([Buffer.from(a), b, Buffer.from(fromText(c))]));

test('any bytes become a string and the same bytes again', () => {
  fc.assert(
    fc.property(fc.oneof(odd, likelyUtf8), (bytes) => {
      assert.deepEqual([...toBytes(fromBytes(bytes))], [...bytes]);
    }),
    { numRuns },
  );
});

test('length, order and slices are those of the bytes', () => {
  fc.assert(
    fc.property(fc.oneof(odd, likelyUtf8), fc.oneof(odd, likelyUtf8), fc.nat(20), (a, b, cut) => {
      const left = fromBytes(a);
      const right = fromBytes(b);
      assert.equal(byteLength(left), a.length);
      assert.equal(Math.sign(compareBytes(left, right)), Math.sign(Buffer.compare(a, b)));
      const at = Math.min(cut, a.length);
      assert.deepEqual([...toBytes(sliceBytes(left, at))], [...a.subarray(at)]);
      assert.deepEqual([...toBytes(normalize(left + right))], [...a, ...b]);
    }),
    { numRuns },
  );
});

test('halves of a character that meet again are the character', () => {
  const bytes = Buffer.from('é');
  const halves = [fromBytes(bytes.subarray(0, 1)), fromBytes(bytes.subarray(1))];
  assert.equal(toText(halves[0] ?? ''), '\uFFFD');
  assert.equal(normalize(halves.join('')), 'é');
});

test('surrogates are no text, on the way in and as code points', () => {
  assert.equal(fromText('a\uD800b'), 'a\uFFFDb');
  assert.equal(runeToString(0xd800), '\uFFFD');
  assert.equal(runeToString(-1n), '\uFFFD');
  assert.deepEqual([...toBytes(fromBytes(Buffer.from([0xed, 0xa0, 0x80])))], [0xed, 0xa0, 0x80]);
});
