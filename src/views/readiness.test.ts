import assert from 'node:assert/strict';
import { test } from 'node:test';

import { imagePolicy } from '../../test/builders/image-policy.ts';
import { matchesStatus, parseStatusSelector } from './readiness.ts';

const waiting = imagePolicy();
const ready = imagePolicy({
  status: {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  },
});

for (const [text, matchesReady, matchesWaiting] of [
  ['ready=true', true, false],
  ['Ready=False', false, true],
  ['READY!=true', false, true],
  ['stalled=true', false, false],
  ['stalled!=true', true, true],
] as const) {
  test(`${text} is decided by the condition, and a missing one counts as false`, () => {
    const selector = parseStatusSelector(text);
    assert.ok(selector);
    assert.deepEqual(
      [matchesStatus(ready, selector), matchesStatus(waiting, selector)],
      [matchesReady, matchesWaiting],
    );
  });
}

test('what is no selector is told apart', () => {
  for (const text of ['', 'ready', '=true', 'ready=', 'ready==true', 'a b=c']) {
    assert.equal(parseStatusSelector(text), undefined);
  }
});
