import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleCache } from './rule-cache.ts';

const numbered = (n: number): { policy: object; filterTags: { pattern: string } } => ({
  policy: { numerical: {} },
  filterTags: { pattern: `^app-${n}-([0-9]+)$` },
});

test('a rule is compiled once, and another spec is another rule', () => {
  const rules = new RuleCache(1000);
  assert.equal(rules.compile(numbered(1)), rules.compile(numbered(1)));
  assert.notEqual(rules.compile(numbered(1)), rules.compile(numbered(2)));
  assert.notEqual(
    rules.compile({ policy: { numerical: { order: 'asc' } } }),
    rules.compile({ policy: { numerical: { order: 'desc' } } }),
  );
});

test('rules that were not used for long give way to others', () => {
  const rules = new RuleCache(100);
  const first = rules.compile(numbered(1));
  for (let n = 2; n < 20; n += 1) rules.compile(numbered(n));
  assert.equal(rules.compile(numbered(19)), rules.compile(numbered(19)));
  assert.notEqual(rules.compile(numbered(1)), first);
});

test('a spec that cannot be compiled is refused each time', () => {
  const rules = new RuleCache(100);
  for (const _ of [1, 2]) {
    assert.throws(() => rules.compile({ policy: {}, filterTags: { pattern: '(' } }), {
      code: 'PolicyInvalid',
    });
  }
});
