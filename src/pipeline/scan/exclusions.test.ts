import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TidemarkError } from '../../model/errors.ts';
import { compileExclusions, effectiveExclusions, excludedBy, withoutExcluded } from './exclusions.ts';

test('without a list, and with an empty one, signatures are excluded', () => {
  for (const list of [undefined, []]) {
    assert.deepEqual(effectiveExclusions(list), [String.raw`^.*\.sig$`]);
    const tags = ['1.0', 'sha256-ab.sig', 'x.sig.txt', '.sig'];
    assert.deepEqual(withoutExcluded(tags, compileExclusions(list)), ['1.0', 'x.sig.txt']);
  }
});

test('a pattern may match anywhere in the tag, and a list of its own replaces the default', () => {
  const exclusions = compileExclusions(['rc', '^v0']);
  assert.deepEqual(withoutExcluded(['1.0-rc.1', 'v0.1', 'v1', 'a.sig'], exclusions), ['v1', 'a.sig']);
  assert.equal(excludedBy('1.0-rc.1', exclusions)?.source, 'rc');
  assert.equal(excludedBy('1.0', exclusions), undefined);
});

test('patterns are in the syntax of Go, and every bad one is named', () => {
  compileExclusions(['(?P<n>a)', String.raw`\pL`]);
  const message =
    'failed to compile regex (: error parsing regexp: missing closing ): `(`; ' +
    'failed to compile regex a(?=b): error parsing regexp: invalid or unsupported Perl syntax: `(?=`';
  const expected = new TidemarkError('ExclusionPatternInvalid', message);
  assert.throws(() => compileExclusions(['(', 'ok', 'a(?=b)']), expected);
});
