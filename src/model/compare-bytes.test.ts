import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareBytes } from './compare-bytes.ts';

test('texts are compared as their bytes are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      assert.equal(Math.sign(compareBytes(left, right)), expected);
    }),
    { numRuns: Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 3000) },
  );
});

test('9 comes after 10, lower case after upper case, and characters of two units last', () => {
  const sorted = ['10', '9', 'Z', 'a', 'é', '\uffee', '😀'];
  assert.deepEqual([...sorted].reverse().sort(compareBytes), sorted);
});
