import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileRule } from './compile-rule.ts';
import { select } from './select.ts';
import { advanceCursor, startCursor } from './selection-cursor.ts';
import { anyRule, anyTag, anyTags, numRuns } from '../../../test/builders/arbitrary-rule.ts';

const numerical = compileRule({ policy: { numerical: {} } });

test('a cursor that moves on selects what a full select selects', () => {
  const steps = fc.array(fc.record({ add: fc.array(anyTag, { maxLength: 3 }), remove: fc.nat(5) }), {
    maxLength: 8,
  });
  let moved = 0;
  let again = 0;
  fc.assert(
    fc.property(anyRule, anyTags, steps, (spec, initial, changes) => {
      const rule = compileRule(spec);
      let tags = initial;
      let cursor = startCursor(rule, tags);
      for (const { add, remove } of changes) {
        const ranked = select(rule, tags)
          .candidates()
          .map(({ tag }) => tag);
        const removed = [...new Set([ranked[remove], tags[remove]].filter((tag) => tag !== undefined))];
        const added = [...new Set(add)].filter((tag) => !tags.includes(tag));
        tags = [...tags.filter((tag) => !removed.includes(tag)), ...added];
        const keep = remove === 4 ? tags.at(-1) : cursor.winner?.tag;
        const advanced = advanceCursor(rule, cursor, { added, removed, keep });
        const full = startCursor(rule, tags, { keep });
        if (advanced === undefined) again += 1;
        else moved += 1;
        cursor = advanced ?? full;
        const { winner, counts, nothingSelected } = select(rule, tags, { keep });
        assert.deepEqual([cursor.winner, cursor.counts], [winner, counts]);
        assert.equal(cursor.nothingSelected, nothingSelected);
        assert.deepEqual(cursor.best, full.best.slice(0, cursor.best.length));
      }
    }),
    { numRuns },
  );
  assert.ok(moved > again, `${moved} steps from memory, ${again} from all tags`);
});

test('one new tag among many is judged alone', () => {
  const tags = Array.from({ length: 1000 }, (_, index) => String(index));
  const cursor = startCursor(numerical, tags);
  const better = advanceCursor(numerical, cursor, { added: ['5000'], removed: [] });
  assert.equal(better?.winner?.tag, '5000');
  assert.equal(better.counts.listed, 1001);
  const worse = advanceCursor(numerical, better, { added: ['7.5', 'x'], removed: ['5000'] });
  assert.equal(worse?.winner?.tag, '999');
  assert.deepEqual(worse.counts, { ...cursor.counts, listed: 1002, unparsable: 1, candidates: 1001 });
});

test('when all that a cursor remembers is removed it says that it does not know', () => {
  const tags = ['1', '2', '3', '4', '5'];
  const cursor = startCursor(numerical, tags);
  assert.equal(advanceCursor(numerical, cursor, { added: ['0'], removed: ['5', '4', '3'] }), undefined);
  assert.equal(advanceCursor(numerical, cursor, { added: [], removed: ['5', '4'] })?.winner?.tag, '3');
});

test('a cursor of another rule is refused', () => {
  const cursor = startCursor(numerical, ['1']);
  const other = compileRule({ policy: { numerical: { order: 'desc' } } });
  assert.equal(advanceCursor(other, cursor, { added: [], removed: [] }), undefined);
});

test('a cursor is plain data and survives being written down', () => {
  const cursor = startCursor(numerical, ['1', '2']);
  const read = JSON.parse(JSON.stringify(cursor)) as typeof cursor;
  assert.equal(advanceCursor(numerical, read, { added: ['3'], removed: ['2'] })?.winner?.tag, '3');
});
