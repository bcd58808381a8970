import * as fc from 'fast-check';
import type { RuleSpec } from '../../src/pipeline/select/compile-rule.ts';

/** How often a property is tried. `TIDEMARK_PROPERTY_RUNS` asks for more. */
export const numRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 2000);

const policy: fc.Arbitrary<RuleSpec['policy']> = fc.oneof(
  fc
    .constantFrom('*', '>=1.0.0', '1.x', '>=0.0.0-0', '<1.0.0 || >1.0.0')
    .map((range) => ({ semver: { range } })),
  fc.constantFrom('asc', 'desc').map((order) => ({ numerical: { order } })),
  fc.constantFrom('asc', 'desc').map((order) => ({ alphabetical: { order } })),
);

const filterTags = fc.option(
  fc.record({
    pattern: fc.constantFrom('', '^v?[0-9]', '^(?P<n>[a-z]*)-?(?P<v>.*)$', '([0-9]+)', 'x'),
    extract: fc.constantFrom('', '$v', '$1', '$0', '$nope', '${1}.0.0'),
  }),
  { nil: undefined },
);

/** Policies of every kind, with filters and exclusions that let many tags become equal. */
export const anyRule: fc.Arbitrary<RuleSpec> = fc.record({
  policy,
  filterTags,
  exclude: fc.constantFrom([], ['^a'], ['-rc', '9$']),
});

const number = fc.constantFrom(
  '0',
  '1',
  '01',
  '2',
  '10',
  '9007199254740993',
  '9007199254740992',
  '1e3',
  '1000',
  '1.0',
  'NaN',
  '1e999',
);
const version = fc
  .tuple(
    fc.constantFrom('', 'v', '0'),
    fc.nat(2),
    fc.nat(1),
    fc.nat(1),
    fc.constantFrom('', '', '-rc.1', '-0', '+b', '-rc.10'),
  )
  .map(([prefix, major, minor, patch, suffix]) => `${prefix}${major}.${minor}.${patch}${suffix}`);

/** Any tag, often equal to another one to a policy, sometimes odd. */
export const anyTag = fc.oneof(
  number,
  version,
  fc.tuple(fc.constantFrom('a-', 'main-', 'b'), fc.oneof(number, version)).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

/** The tags of a repository: a set. */
export const anyTags = fc.uniqueArray(anyTag, { maxLength: 30 });
