import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Referrers } from './referrers.ts';

test('a target knows who refers to it, one or many', () => {
  const referrers = new Referrers();
  referrers.set('policy a', ['repository x', 'namespace n']);
  referrers.set('policy b', ['repository x']);
  assert.deepEqual(referrers.of('repository x'), ['policy a', 'policy b']);
  assert.deepEqual(referrers.of('namespace n'), ['policy a']);
  referrers.set('policy a', ['repository y']);
  assert.deepEqual(referrers.of('repository x'), ['policy b']);
  assert.deepEqual(referrers.of('namespace n'), []);
  referrers.set('policy b', []);
  assert.deepEqual(referrers.of('repository x'), []);
  assert.deepEqual(referrers.of('repository y'), ['policy a']);
});

test('whatever was said before, what was said last counts', () => {
  const saying = fc.record({ who: fc.nat(4), about: fc.array(fc.nat(3), { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(saying, { maxLength: 20 }), (sayings) => {
      const referrers = new Referrers();
      const last = new Map<string, readonly string[]>();
      for (const { who, about } of sayings) {
        const targets = about.map(String);
        referrers.set(`r${who}`, targets);
        last.set(`r${who}`, targets);
      }
      for (const target of ['0', '1', '2', '3']) {
        const expected = [...last].filter(([, targets]) => targets.includes(target)).map(([who]) => who);
        assert.deepEqual(referrers.of(target).toSorted(), expected.toSorted());
      }
    }),
  );
});
