import { figureOf, type Beside, type Figure } from './figure.ts';
import { compileRule } from '../src/pipeline/select/compile-rule.ts';
import type { RuleSpec } from '../src/pipeline/select/compile-rule.ts';
import { select } from '../src/pipeline/select/select.ts';
import { advanceCursor, startCursor } from '../src/pipeline/select/selection-cursor.ts';

const RUNS = 11;

const timestamps: RuleSpec = {
  policy: { numerical: { order: 'asc' } },
  filterTags: { pattern: '^branch-dev-(?P<ts>[0-9]+)-[0-9a-f]+$', extract: '$ts' },
};
const range: RuleSpec = { policy: { semver: { range: '>=1.0.0' } } };
const bytes: RuleSpec = { policy: { alphabetical: { order: 'asc' } } };

/** Selects from many tags, each run with a policy compiled anew, and after one new tag. */
export function benchSelect(): readonly Figure[] {
  return [100_000, 1_000_000].flatMap((size) => {
    const branches = branchTags(size);
    const versions = versionTags(size);
    const label = `of ${size.toLocaleString('en-US')} tags`;
    return [
      measure(
        `select ${label}, named-group regexp and numerical`,
        () => {
          select(compileRule(timestamps), branches);
        },
        size === 100_000 ? { flux: '110 ms', target: 'no slower' } : {},
      ),
      measure(
        `select ${label}, semver`,
        () => {
          select(compileRule(range), versions);
        },
        size === 100_000 ? { flux: '60 ms', target: 'no slower' } : {},
      ),
      measure(`select ${label}, alphabetical`, () => {
        select(compileRule(bytes), branches);
      }),
      measureOneNewTag(`select after 1 new tag ${label}, numerical`, branches),
    ];
  });
}

function measureOneNewTag(work: string, tags: readonly string[]): Figure {
  const cursor = startCursor(compileRule(timestamps), tags);
  const added = ['branch-dev-1999999999-f12a34b'];
  return measure(
    work,
    () => {
      const next = advanceCursor(compileRule(timestamps), cursor, { added, removed: [] });
      if (next?.winner?.tag !== added[0]) throw new Error('the new tag was not selected');
    },
    { target: 'under 5 ms' },
  );
}

function measure(work: string, run: () => void, beside: Beside = {}): Figure {
  const samples = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return figureOf({ work, unit: 'ms', ...beside }, samples);
}

function branchTags(size: number): readonly string[] {
  const next = randomNumbers(1);
  return Array.from({ length: size }, () => {
    const commit = next(1 << 28)
      .toString(16)
      .padStart(7, '0');
    return `branch-dev-${1_715_000_000 + next(10_000_000)}-${commit}`;
  });
}

function versionTags(size: number): readonly string[] {
  const next = randomNumbers(2);
  return Array.from({ length: size }, () => {
    const suffix = next(4) === 0 ? `-rc.${next(20)}` : '';
    return `${next(50)}.${next(100)}.${next(100)}${suffix}`;
  });
}

/** The same numbers in every run (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
