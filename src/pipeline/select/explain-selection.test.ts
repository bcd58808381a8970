import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRule } from './compile-rule.ts';
import type { RuleSpec } from './compile-rule.ts';
import { explainSelection } from './explain-selection.ts';
import { select } from './select.ts';

function explain(spec: RuleSpec, tags: readonly string[], options: { keep?: string; tag?: string } = {}) {
  return explainSelection(select(compileRule(spec), tags, options), options);
}

const semver: RuleSpec = {
  policy: { semver: { range: '>=1.0.0 <2.0.0' } },
  filterTags: { pattern: '^v?[0-9]' },
  exclude: ['sig$'],
};
const timestamps: RuleSpec = {
  policy: { numerical: { order: 'asc' } },
  filterTags: { pattern: '^dev-(?P<ts>[0-9]+)-[a-z]+$', extract: '$ts' },
};
const versions = ['1.2.0', '1.10.0', '2.0.0', 'latest', '1.10.0.sig', '1.x'];

test('a selection is explained by its winner, its counts and the next best tag', () => {
  assert.deepEqual(explain(semver, versions), [
    '1.10.0 is selected: it is the highest version in the range ">=1.0.0 <2.0.0" among 2 candidates.',
    '6 tags listed: 1 excluded, 1 filtered out, 1 unparsable, 1 out of range, 2 candidates.',
    '1.2.0 lost to 1.10.0: version 1.2.0 is lower than 1.10.0.',
  ]);
});

test('a winner is shown with the value it was compared by', () => {
  assert.deepEqual(explain(timestamps, ['dev-17-a', 'dev-9-b']), [
    'dev-17-a (compared as 17) is selected: it is the largest number among 2 candidates.',
    '2 tags listed: 2 candidates.',
    'dev-9-b lost to dev-17-a: 9 is smaller than 17.',
  ]);
});

test('a selection of nothing is explained too', () => {
  assert.deepEqual(explain(semver, ['latest']), [
    'No tag is selected: version list argument cannot be empty.',
    '1 tag listed: 1 filtered out, 0 candidates.',
  ]);
});

const reasons: readonly [tag: string, sentence: string][] = [
  [
    '1.10.0',
    '1.10.0 is selected: it is the highest version in the range ">=1.0.0 <2.0.0" among 2 candidates.',
  ],
  ['1.2.0', '1.2.0 lost to 1.10.0: version 1.2.0 is lower than 1.10.0.'],
  ['2.0.0', '2.0.0 is out of range: "2.0.0" is greater than or equal to "2.0.0".'],
  ['latest', 'latest was filtered out: it does not match the pattern ^v?[0-9].'],
  ['1.10.0.sig', '1.10.0.sig was excluded: it matches the exclusion pattern sig$.'],
  ['1.x', '1.x cannot be compared: "1.x" is not a semantic version.'],
  ['3.0.0', '3.0.0 is not among the 6 listed tags.'],
];

for (const [tag, sentence] of reasons) {
  test(`the fate of ${tag} is told in one sentence`, () => {
    assert.deepEqual(explain(semver, versions, { tag }), [sentence]);
  });
}

test('ties say which rule settled them', () => {
  const any = { policy: { semver: { range: '*' } } };
  assert.deepEqual(explain(any, ['v1.0.0', '1.0.0'], { tag: 'v1.0.0' }), [
    'v1.0.0 lost to 1.0.0: v1.0.0 and 1.0.0 are equal, and the shorter tag wins.',
  ]);
  assert.deepEqual(explain(any, ['v1.0.0', '1.0.0'], { tag: '1.0.0', keep: 'v1.0.0' }), [
    '1.0.0 lost to v1.0.0: 1.0.0 and v1.0.0 are equal, and the tag that was selected before is kept.',
  ]);
  assert.deepEqual(explain(timestamps, ['dev-1-a', 'dev-1-b'], { tag: 'dev-1-b' }), [
    'dev-1-b lost to dev-1-a: both are compared as 1, and the tag that comes first in byte order wins.',
  ]);
});

test('other orders have words of their own', () => {
  const first = { policy: { alphabetical: { order: 'desc' } } };
  assert.deepEqual(explain(first, ['a', 'b'], { tag: 'b' }), [
    'b lost to a: "b" comes after "a" in byte order.',
  ]);
  const smallest = { policy: { numerical: { order: 'desc' } } };
  assert.deepEqual(explain(smallest, ['1', '2'], { tag: '2' }), ['2 lost to 1: 2 is larger than 1.']);
  assert.deepEqual(explain(smallest, ['1', 'NaN'], { tag: 'NaN' }), [
    'NaN cannot be compared: "NaN" has no place in an order.',
  ]);
  assert.deepEqual(explain(smallest, ['1', '7e12345'], { tag: '7e12345' }), [
    '7e12345 cannot be compared: "7e12345" is larger than a 64-bit float can hold.',
  ]);
  assert.deepEqual(explain(smallest, ['1', 'v2'], { tag: 'v2' }), [
    'v2 cannot be compared: "v2" is not a number.',
  ]);
});
