import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareContenders } from './compare-contenders.ts';
import { compileRule } from './compile-rule.ts';
import { judge } from './judge.ts';
import { anyRule, anyTag, numRuns } from '../../../test/builders/arbitrary-rule.ts';

test('contenders are in a total order in which no two tags are equal', () => {
  fc.assert(
    fc.property(anyRule, fc.tuple(anyTag, anyTag, anyTag), (spec, tags) => {
      const rule = compileRule(spec);
      const [a, b, c] = tags.map((tag) => judge(rule, tag));
      if (a === undefined || b === undefined || c === undefined) return;
      if (typeof a === 'string' || typeof b === 'string' || typeof c === 'string') return;
      assert.equal(Math.sign(compareContenders(a, b)), -Math.sign(compareContenders(b, a)) || 0);
      assert.equal(compareContenders(a, b) === 0, a.tag === b.tag);
      if (compareContenders(a, b) <= 0 && compareContenders(b, c) <= 0)
        assert.ok(compareContenders(a, c) <= 0);
    }),
    { numRuns: numRuns * 2 },
  );
});
