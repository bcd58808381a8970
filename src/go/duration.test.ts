import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  formatDuration,
  formatMilliseconds,
  GoDurationError,
  parseDuration,
  parseMilliseconds,
} from './duration.ts';

interface Golden {
  readonly durations: readonly [text: string, nanoseconds: string, error: string | null][];
  readonly durationTexts: readonly [nanoseconds: string, text: string][];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/select-go.json', import.meta.url), 'utf8'),
) as Golden;

test('durations are read as by Go, with its errors', () => {
  for (const [text, nanoseconds, error] of golden.durations) {
    if (error === null) assert.equal(parseDuration(text), BigInt(nanoseconds), text);
    else assert.throws(() => parseDuration(text), new GoDurationError(error), text);
  }
});

test('durations are written as by Go', () => {
  for (const [nanoseconds, text] of golden.durationTexts) {
    assert.equal(formatDuration(BigInt(nanoseconds)), text);
  }
});

test('what is written is read back', () => {
  for (const [nanoseconds, text] of golden.durationTexts) {
    // The smallest number of 64 bits has no positive counterpart; Go reads it back all the same.
    assert.equal(parseDuration(text), BigInt(nanoseconds));
  }
});

test('milliseconds go in and out', () => {
  assert.equal(parseMilliseconds('1h30m'), 5_400_000);
  assert.equal(parseMilliseconds('1.5ms'), 1.5);
  assert.equal(formatMilliseconds(3_600_000), '1h0m0s');
  assert.equal(formatMilliseconds(1500), '1.5s');
  assert.equal(formatMilliseconds(0.25), '250µs');
});
