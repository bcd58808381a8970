import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseRetryAfter } from './retry-after.ts';

const now = new Date('2024-05-13T12:00:00Z');
const yearMs = 365 * 86_400_000;

test('seconds and dates are read as milliseconds from now', () => {
  const cases: readonly [header: string | undefined, expected: number | undefined][] = [
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['1.5', 1500],
    ['Mon, 13 May 2024 12:00:30 GMT', 30_000],
    ['Monday, 13-May-24 12:00:30 GMT', 30_000],
    ['Mon, 13 May 2024 11:59:00 GMT', 0],
    ['99999999999999999999', yearMs],
    ['Mon, 13 May 9999 12:00:00 GMT', yearMs],
    [undefined, undefined],
    ['', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['next 1', undefined],
    ['1 hour', undefined],
    ['NaN', undefined],
  ];
  for (const [header, expected] of cases) assert.equal(parseRetryAfter(header, now), expected, header);
});
