import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isTidemarkError, type ErrorCode } from '../../model/errors.ts';
import { compileRule } from './compile-rule.ts';
import type { RuleSpec } from './compile-rule.ts';

const choiceProblem = 'invalid policy: given ImagePolicyChoice object is invalid';

function problemOf(spec: RuleSpec): readonly [code: ErrorCode, message: string] {
  try {
    compileRule(spec);
  } catch (error) {
    if (isTidemarkError(error)) return [error.code, error.message];
    throw error;
  }
  return assert.fail('the rule was accepted');
}

const cases: readonly [title: string, spec: RuleSpec, code: ErrorCode, message: string][] = [
  ['a policy without a choice', { policy: {} }, 'PolicyInvalid', choiceProblem],
  [
    'a range that cannot be read',
    { policy: { semver: { range: '>=1.2.3<1.3.0' } } },
    'PolicyInvalid',
    'invalid policy: improper constraint: ">=1.2.3<1.3.0"',
  ],
  [
    'an empty range',
    { policy: { semver: { range: '' } } },
    'PolicyInvalid',
    'invalid policy: improper constraint: ""',
  ],
  [
    'a range with a number that is none',
    { policy: { semver: { range: '1x' } } },
    'PolicyInvalid',
    'invalid policy: constraint parser error',
  ],
  [
    'an order that does not exist',
    { policy: { numerical: { order: 'up' } } },
    'PolicyInvalid',
    "invalid policy: invalid order argument provided: 'UP', must be one of: ASC, DESC",
  ],
  [
    'a filter that Go would refuse',
    { policy: { alphabetical: {} }, filterTags: { pattern: '(?!x)' } },
    'FilterInvalid',
    "failed to filter tags: invalid regular expression pattern '(?!x)': error parsing regexp: invalid or unsupported Perl syntax: `(?!`",
  ],
  [
    'an exclusion that Go would refuse',
    { policy: { alphabetical: {} }, exclude: ['ok', '['] },
    'ExclusionPatternInvalid',
    'failed to compile regex [: error parsing regexp: missing closing ]: `[`',
  ],
];

for (const [title, spec, code, message] of cases) {
  test(`${title} is refused in Flux's words`, () => {
    assert.deepEqual(problemOf(spec), [code, message]);
  });
}

test('a bad policy is named before a bad filter', () => {
  assert.deepEqual(problemOf({ policy: {}, filterTags: { pattern: '(' } }), ['PolicyInvalid', choiceProblem]);
});

test('the recorded filters that Flux refuses are refused in the same words', () => {
  const { filter } = JSON.parse(
    readFileSync(new URL('../../../test/golden/policies.json', import.meta.url), 'utf8'),
  ) as { filter: readonly { pattern: string; extract: string; error: string | null }[] };
  const refused = filter.filter(({ error }) => error !== null);
  assert.equal(refused.length, 2);
  for (const { pattern, extract, error } of refused) {
    const [, message] = problemOf({ policy: { alphabetical: {} }, filterTags: { pattern, extract } });
    assert.equal(message, `failed to filter tags: ${error}`);
  }
});

test('rules that judge alike have the same fingerprint, and others have not', () => {
  const prints = [
    { policy: { semver: { range: '1.x' } } },
    { policy: { semver: { range: '2.x' } } },
    { policy: { numerical: {} } },
    { policy: { numerical: { order: 'desc' } } },
    { policy: { alphabetical: {} } },
    { policy: { numerical: {} }, filterTags: {} },
    { policy: { numerical: {} }, filterTags: { pattern: 'a' } },
    { policy: { numerical: {} }, filterTags: { extract: 'a' } },
    { policy: { numerical: {} }, exclude: ['a'] },
  ].map((spec) => compileRule(spec).fingerprint);
  assert.equal(new Set(prints).size, prints.length);
  assert.equal(compileRule({ policy: { semver: { range: '1.x' } } }).fingerprint, prints[0]);
  assert.equal(compileRule({ policy: { numerical: { order: 'asc' } } }).fingerprint, prints[2]);
});
