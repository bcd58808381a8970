import assert from 'node:assert/strict';
import { test } from 'node:test';

import { elapsed } from './elapsed.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

for (const [seconds, text] of [
  [-5, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [119, '119s'],
  [2 * minute, '2m'],
  [2 * minute + 40, '2m40s'],
  [10 * minute + 59, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [7 * hour + 12 * minute, '7h12m'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [5 * day + 3 * hour, '5d3h'],
  [8 * day + 3 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [3 * 365 * day + 7 * day, '3y7d'],
  [9 * 365 * day + 7 * day, '9y'],
] as const) {
  test(`${seconds} seconds ago is ${text}`, () => {
    const now = new Date('2026-01-01T00:00:00Z');
    assert.equal(elapsed(new Date(now.getTime() - seconds * 1000), now), text);
  });
}
