import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { messageOf } from './errors.ts';
import type { LabelSelector, LabelSelectorObject } from './label-selector.ts';
import { parseLabelSelector, toLabelSelector } from './label-selector.ts';

interface Golden {
  readonly labels: readonly (Record<string, string> | null)[];
  readonly texts: readonly {
    readonly selector: string;
    readonly error?: string;
    readonly matches?: boolean[];
  }[];
  readonly objects: readonly {
    readonly selector: LabelSelectorObject | null;
    readonly error?: string;
    readonly matches?: boolean[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/label-selectors.json', import.meta.url), 'utf8'),
) as Golden;

function outcome(make: () => LabelSelector): { error?: string; matches?: boolean[] } {
  try {
    const selector = make();
    return { matches: golden.labels.map((labels) => selector.matches(labels ?? undefined)) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

for (const { selector, ...expected } of golden.texts) {
  test(`selector text ${JSON.stringify(selector)} is read as Kubernetes reads it`, () => {
    assert.deepEqual(
      outcome(() => parseLabelSelector(selector)),
      expected,
    );
  });
}

for (const { selector, ...expected } of golden.objects) {
  test(`selector object ${JSON.stringify(selector)} is read as Kubernetes reads it`, () => {
    assert.deepEqual(
      outcome(() => toLabelSelector(selector ?? undefined)),
      expected,
    );
  });
}

test('a label that is named like something every object inherits does not exist by itself', () => {
  assert.equal(parseLabelSelector('constructor').matches({}), false);
  assert.equal(parseLabelSelector('!toString').matches({}), true);
});

test('selector text with a stray space in a value names the place', () => {
  assert.throws(() => parseLabelSelector('team=a b'), {
    code: 'UsageError',
    message: "found 'b', expected: ',' or 'end of string'",
  });
});
