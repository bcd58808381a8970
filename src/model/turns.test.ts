import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.ts';

function turnsOf(...items: readonly string[]): Turns<string> {
  const turns = new Turns<string>();
  for (const item of items) turns.add(item[0] ?? '', item);
  return turns;
}

function rest(turns: Turns<string>): readonly (string | undefined)[] {
  return Array.from({ length: turns.size }, () => turns.next());
}

test('owners take turns, each in his own order', () => {
  const turns = turnsOf('a1', 'a2', 'a3', 'b1', 'c1', 'b2');
  assert.deepEqual(rest(turns), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  assert.equal(turns.next(), undefined);
});

test('what is removed does not come; nothing else is touched', () => {
  const turns = turnsOf('a1', 'a2', 'b1');
  turns.remove('a', 'a1');
  turns.remove('b', 'b1');
  turns.remove('b', 'b1');
  turns.remove('a', 'never');
  assert.equal(turns.size, 1);
  assert.deepEqual(rest(turns), ['a2']);
});

test('who has most loses the last of it', () => {
  const turns = turnsOf('a1', 'b1', 'b2', 'b3');
  assert.equal(turns.dropOfLongest(), 'b3');
  assert.deepEqual(rest(turns), ['a1', 'b1', 'b2']);
  assert.equal(turns.dropOfLongest(), undefined);
});
