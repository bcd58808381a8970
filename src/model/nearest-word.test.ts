import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nearestWord } from './nearest-word.ts';

const nouns = ['repository', 'policy', 'update', 'all'];

for (const [typed, meant] of [
  ['polciy', 'policy'],
  ['Policy', 'policy'],
  ['repositroy', 'repository'],
  ['updat', 'update'],
  ['al', 'all'],
  ['x', undefined],
  ['kustomization', undefined],
  ['', undefined],
] as const) {
  test(`"${typed}" was meant to be ${meant ?? 'nothing we know'}`, () => {
    assert.equal(nearestWord(typed, nouns), meant);
  });
}
