import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isEmptyPatch, mergePatch } from './merge-patch.ts';

/** RFC 7396, as its pseudo code has it. */
function applyPatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = applyPatch(result[name], value);
  }
  return result;
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const leaf = fc.oneof(
  fc.nat(3),
  fc.boolean(),
  fc.constantFrom('x', 'y'),
  fc.array(fc.nat(2), { maxLength: 2 }),
);
const nested = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.dictionary(keys, inner, { maxKeys: 3, noNullPrototype: true });
const objects = nested(fc.oneof(leaf, nested(fc.oneof(leaf, nested(leaf)))));

test('a patch turns what was into what is wanted, and asks for nothing when that is the same', () => {
  const runs = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 2000);
  fc.assert(
    fc.property(objects, objects, (before, after) => {
      assert.deepEqual(applyPatch(before, mergePatch(before, after)), after);
      assert.ok(isEmptyPatch(mergePatch(before, before)));
    }),
    { numRuns: runs },
  );
});

test('of a large map only the entry that changed is sent, and lists are sent whole', () => {
  const before = { policies: { a: { tag: '1' }, b: { tag: '2' } }, list: [1, 2], gone: 1 };
  const after = { policies: { a: { tag: '1' }, b: { tag: '3' } }, list: [1, 3] };
  assert.deepEqual(mergePatch(before, after), {
    policies: { b: { tag: '3' } },
    list: [1, 3],
    gone: null,
  });
});
