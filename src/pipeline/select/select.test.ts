import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileRule } from './compile-rule.ts';
import type { RuleSpec } from './compile-rule.ts';
import { select } from './select.ts';
import { anyRule, anyTags, numRuns } from '../../../test/builders/arbitrary-rule.ts';

interface Latest {
  readonly tags: readonly string[];
  readonly latest: string;
  readonly error: string | null;
}

interface Golden {
  readonly semverLatest: readonly (Latest & { range: string })[];
  readonly numericalLatest: readonly (Latest & { order: string })[];
  readonly alphabeticalLatest: readonly (Latest & { order: string })[];
  readonly filter: readonly {
    pattern: string;
    extract: string;
    tags: readonly string[];
    items?: readonly [value: string, tag: string][];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/policies.json', import.meta.url), 'utf8'),
) as Golden;

function latestOf(spec: RuleSpec, tags: readonly string[], keep?: string): string | undefined {
  return select(compileRule(spec), tags, { keep }).winner?.tag;
}

function assertLatest(policy: RuleSpec['policy'], row: Latest, different: Readonly<Record<string, string>>) {
  const { winner, nothingSelected } = select(compileRule({ policy }), row.tags);
  const expected = different[row.tags.join(' ')];
  if (expected !== undefined) assert.equal(winner?.tag, expected);
  else assert.deepEqual([winner?.tag ?? '', nothingSelected ?? null], [row.latest, row.error]);
}

test('semver policies select what Flux selects, but for ties', () => {
  const shorterWins = { '1.0.0+a 1.0.0+b 1.0.0': '1.0.0', 'v1.0.0 1.0.0': '1.0.0' };
  for (const row of golden.semverLatest) {
    assertLatest({ semver: { range: row.range } }, row, shorterWins);
  }
});

test('numerical policies select what Flux selects, but for ties, odd tags and numbers that floats cannot hold', () => {
  const different = {
    '1 01 1.0': '1',
    '0x10 5': '5',
    'NaN 999 5': '999',
    '9007199254740993 9007199254740992': '9007199254740993',
    '1e-400 0': '1e-400',
  };
  for (const row of golden.numericalLatest) {
    // The API writes the order in lower case, Flux's own package in upper case; here both are read.
    if (row.error?.startsWith('invalid order') === true) continue;
    assertLatest({ numerical: { order: row.order } }, row, different);
  }
});

test('alphabetical policies select what Flux selects', () => {
  for (const row of golden.alphabeticalLatest) {
    assertLatest({ alphabetical: { order: row.order } }, row, {});
  }
});

test('filters let the tags pass that Flux lets pass, and extract the same from them', () => {
  for (const { pattern, extract, tags, items } of golden.filter) {
    if (items === undefined) continue;
    const rule = compileRule({ policy: { alphabetical: {} }, filterTags: { pattern, extract } });
    const values = new Map(
      select(rule, tags)
        .candidates()
        .map(({ tag, value }) => [tag, value]),
    );
    for (const [value, tag] of items) assert.equal(values.get(tag), value, pattern);
    assert.equal(new Set(values.values()).size, items.length, pattern);
  }
});

test('of equal tags the one selected now wins, then the shorter, then the first in byte order', () => {
  const semver = { policy: { semver: { range: '*' } } };
  const tags = ['v1.0.0', '01.0.0', '1.0.0', '1.00.0', '0.9.0'];
  assert.equal(latestOf(semver, tags), '1.0.0');
  assert.equal(latestOf(semver, tags, 'v1.0.0'), 'v1.0.0');
  assert.equal(latestOf(semver, tags.slice(0, 2)), '01.0.0');
  assert.equal(latestOf(semver, tags, '0.9.0'), '1.0.0', 'a worse tag is not kept');
  assert.equal(latestOf(semver, tags, '1.0.00'), '1.0.0', 'a tag that is gone is not kept');
  assert.equal(latestOf(semver, tags, 'latest'), '1.0.0', 'a tag that is no version is not kept');
});

test('tags that give the same value settle it as other ties do', () => {
  const spec = {
    policy: { numerical: {} },
    filterTags: { pattern: '^(?:main|m)-[a-f0-9]+-(?P<ts>[0-9]+)', extract: '$ts' },
  };
  const tags = ['main-abd-123', 'main-abc-123', 'm-abc-123-x', 'main-abc-122'];
  assert.equal(latestOf(spec, tags), 'm-abc-123-x');
  assert.equal(latestOf(spec, tags.slice(0, 2)), 'main-abc-123');
  assert.equal(latestOf(spec, tags, 'main-abd-123'), 'main-abd-123');
});

test('an odd tag is counted and does no harm', () => {
  const spec = {
    policy: { numerical: { order: 'desc' } },
    filterTags: { pattern: '^[^-]*$' },
    exclude: [String.raw`\.sig$`],
  };
  const tags = ['10', 'v2', '', 'NaN', '1e999', '9', 'x-1', '8.sig', '0x10'];
  const { winner, counts } = select(compileRule(spec), tags);
  assert.deepEqual(winner, { tag: '9', value: '9' });
  assert.deepEqual(counts, {
    listed: 9,
    excluded: 1,
    filtered: 1,
    unparsable: 5,
    outOfRange: 0,
    candidates: 2,
  });
});

test('every rejected tag comes with the stage and the reason', () => {
  const spec = {
    policy: { semver: { range: '>=1.0.0 <2.0.0' } },
    filterTags: { pattern: '^v?[0-9]' },
    exclude: [String.raw`^.*\.sig$`],
  };
  const tags = ['1.0.0', '1.0.0.sig', 'latest', '1.2', '1.2.3.4', '2.0.0', '1.5.0-rc.1', '1.2.3-01'];
  assert.deepEqual(select(compileRule(spec), tags).rejected(), [
    { tag: '1.0.0.sig', stage: 'excluded', reason: String.raw`matches the exclusion pattern ^.*\.sig$` },
    { tag: 'latest', stage: 'filtered', reason: 'does not match the pattern ^v?[0-9]' },
    { tag: '1.2', stage: 'unparsable', reason: '"1.2" is not a version of three parts, as in 1.2.3' },
    { tag: '1.2.3.4', stage: 'unparsable', reason: '"1.2.3.4" is not a semantic version' },
    { tag: '2.0.0', stage: 'out-of-range', reason: '"2.0.0" is greater than or equal to "2.0.0"' },
    {
      tag: '1.5.0-rc.1',
      stage: 'out-of-range',
      reason: '"1.5.0-rc.1" is a prerelease version and the constraint is only looking for release versions',
    },
    {
      tag: '1.2.3-01',
      stage: 'unparsable',
      reason: '"1.2.3-01" is not a semantic version: version segment starts with 0',
    },
  ]);
});

test('a selection of nothing says so in the words of Flux', () => {
  const nothing = (spec: RuleSpec, tags: readonly string[]) =>
    select(compileRule(spec), tags).nothingSelected;
  const empty = 'version list argument cannot be empty';
  const none = 'unable to determine latest version from provided list';
  const semver = { policy: { semver: { range: '>=1.0.0' } } };
  const numerical = { policy: { numerical: {} } };
  assert.equal(nothing(semver, []), empty);
  assert.equal(nothing({ ...semver, filterTags: { pattern: '^x' } }, ['1.0.0']), empty);
  assert.equal(nothing({ ...semver, exclude: ['.'] }, ['1.0.0']), empty);
  assert.equal(nothing(semver, ['latest', '0.1.0']), none);
  assert.equal(nothing(numerical, ['latest', 'v2', 'a']), "failed to parse invalid numeric value 'v2'");
  assert.equal(
    nothing({ ...numerical, filterTags: { pattern: '(.)', extract: '<$1>' } }, ['a1', 'z2']),
    "failed to parse invalid numeric value '<z>'",
  );
  assert.equal(nothing(numerical, ['']), "failed to parse invalid numeric value ''");
  assert.equal(nothing(numerical, ['1']), undefined);
});

test('an empty extract is a value like others for an alphabetical policy', () => {
  const spec = { policy: { alphabetical: {} }, filterTags: { pattern: 'a(x)?', extract: '$1' } };
  assert.deepEqual(select(compileRule(spec), ['ba', 'a']).winner, { tag: 'a', value: '' });
  assert.deepEqual(select(compileRule(spec), ['ba', 'a', 'bax']).winner, { tag: 'bax', value: 'x' });
});

test('the order of the tags makes no difference', () => {
  fc.assert(
    fc.property(
      anyRule,
      anyTags.chain((tags) =>
        fc.tuple(fc.constant(tags), fc.shuffledSubarray(tags, { minLength: tags.length })),
      ),
      fc.option(fc.constantFrom('1.0.0', 'v1.0.0', '1', '01', 'a'), { nil: undefined }),
      (spec, [tags, shuffled], keep) => {
        const rule = compileRule(spec);
        const one = select(rule, tags, { keep });
        const other = select(rule, shuffled, { keep });
        assert.deepEqual(other.winner, one.winner);
        assert.deepEqual(other.counts, one.counts);
        assert.equal(other.nothingSelected, one.nothingSelected);
        assert.deepEqual(other.candidates(), one.candidates());
      },
    ),
    { numRuns },
  );
});

test('candidates are listed best first, the winner before all, and a limit cuts the same list', () => {
  fc.assert(
    fc.property(anyRule, anyTags, fc.nat(80), (spec, tags, limit) => {
      const selection = select(compileRule(spec), tags, { keep: tags[0] });
      const all = selection.candidates();
      assert.equal(all.length, selection.counts.candidates);
      assert.deepEqual(all[0], selection.winner);
      assert.deepEqual(selection.candidates(limit), all.slice(0, limit));
      assert.equal(all.length + selection.rejected().length, tags.length);
      // Without its best tags the next one wins.
      const [, ...rest] = all.map(({ tag }) => tag);
      assert.equal(select(compileRule(spec), rest).winner?.tag, rest[0]);
    }),
    { numRuns },
  );
});

test('a hostile pattern takes time that grows with the tags and not faster', () => {
  const rule = compileRule({
    policy: { alphabetical: {} },
    filterTags: { pattern: '^(a+)+$|^(a|a)*b$|(a*)*c', extract: '$1' },
  });
  const { counts } = select(rule, [`${'a'.repeat(10_000)}!`, 'a'.repeat(128)]);
  assert.equal(counts.candidates, 1);
});
