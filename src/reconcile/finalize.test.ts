import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../api/object.ts';
import type { FinalizeInput } from './finalize.ts';
import { finalize } from './finalize.ts';

const earlier = '2026-01-01T00:00:00Z';
const now = new Date('2026-01-02T03:04:05.678Z');
const nowText = '2026-01-02T03:04:05Z';

function condition(
  type: string,
  status: Condition['status'],
  [reason, message]: readonly [string, string],
): Condition {
  return { type, status, observedGeneration: 1, lastTransitionTime: earlier, reason, message };
}

const readyTrue = condition('Ready', 'True', ['Succeeded', 'all good']);
const readyFalse = condition('Ready', 'False', ['ReadOperationFailed', 'scan failed: no route']);

function input(overrides: Partial<FinalizeInput>): FinalizeInput {
  return {
    before: [],
    generation: 1,
    observedGeneration: -1,
    now,
    outcome: { type: 'ready', message: 'all good', requeueAfterMs: 1 },
    ...overrides,
  };
}

const shape = ({ type, status, reason, message }: Condition): string =>
  `${type}=${status} ${reason}: ${message}`;

test('a first successful run leaves Ready=True alone and moves the observed generation', () => {
  const { conditions, observedGeneration } = finalize(input({}));
  assert.deepEqual(conditions.map(shape), ['Ready=True Succeeded: all good']);
  assert.equal(conditions[0]?.lastTransitionTime, nowText);
  assert.equal(observedGeneration, 1);
});

test('a run in which nothing changed leaves every condition as it was', () => {
  const before = [readyTrue];
  const { conditions } = finalize(input({ before, observedGeneration: 1 }));
  assert.deepEqual(conditions, before);
});

test('a message that changes moves the transition time even though the status stays', () => {
  const { conditions } = finalize(
    input({ before: [readyTrue], outcome: { type: 'ready', message: 'other', requeueAfterMs: 1 } }),
  );
  assert.equal(conditions[0]?.lastTransitionTime, nowText);
});

test('a failed first run stays Reconciling with the new generation named and does not advance it', () => {
  const { conditions, observedGeneration } = finalize(
    input({
      outcome: {
        type: 'failed',
        reason: 'ReadOperationFailed',
        message: 'no',
        retryAfterMs: undefined,
        keepsReadyFalse: false,
      },
    }),
  );
  assert.deepEqual(conditions.map(shape), [
    'Reconciling=True ProgressingWithRetry: processing object: new generation -1 -> 1',
    'Ready=False ReadOperationFailed: no',
  ]);
  assert.equal(observedGeneration, -1);
});

test('a failed run of a known generation says only that reconciliation is in progress', () => {
  const { conditions } = finalize(
    input({
      before: [readyTrue],
      observedGeneration: 1,
      outcome: {
        type: 'failed',
        reason: 'X',
        message: 'no',
        retryAfterMs: undefined,
        keepsReadyFalse: false,
      },
    }),
  );
  assert.equal(
    conditions[0] && shape(conditions[0]),
    'Reconciling=True ProgressingWithRetry: reconciliation in progress',
  );
});

test('the same failure again changes no transition time', () => {
  const outcome = {
    type: 'failed',
    reason: 'X',
    message: 'no',
    retryAfterMs: undefined,
    keepsReadyFalse: false,
  } as const;
  const first = finalize(input({ outcome }));
  const second = finalize(
    input({ outcome, before: first.conditions, now: new Date('2026-02-01T00:00:00Z') }),
  );
  assert.deepEqual(second.conditions, first.conditions);
});

test('an unexpected error keeps the words of an earlier Ready=False and replaces a Ready=True', () => {
  const outcome = {
    type: 'failed',
    reason: 'Failed',
    message: 'odd',
    retryAfterMs: undefined,
    keepsReadyFalse: true,
  } as const;
  const kept = finalize(input({ before: [readyFalse], outcome }));
  assert.equal(kept.conditions.map(shape).at(-1), 'Ready=False ReadOperationFailed: scan failed: no route');
  const replaced = finalize(input({ before: [readyTrue], outcome }));
  assert.equal(replaced.conditions.map(shape).at(-1), 'Ready=False Failed: odd');
});

test('a stalled run removes Reconciling, takes Ready along and counts as observed', () => {
  const outcome = { type: 'stalled', reason: 'InvalidPolicy', message: 'bad range' } as const;
  const { conditions, observedGeneration } = finalize(input({ outcome, generation: 2 }));
  assert.deepEqual(conditions.map(shape), [
    'Stalled=True InvalidPolicy: bad range',
    'Ready=False InvalidPolicy: bad range',
  ]);
  assert.equal(observedGeneration, 2);
});

test('a stall does not overwrite an earlier Ready=False unless the stage that failed has passed', () => {
  const outcome = { type: 'stalled', reason: 'InvalidPolicy', message: 'bad range' } as const;
  assert.equal(
    finalize(input({ outcome, before: [readyFalse] }))
      .conditions.map(shape)
      .at(-1),
    shape(readyFalse),
  );
  const passed = finalize(input({ outcome, before: [readyFalse], earlierFailurePassed: true }));
  assert.equal(passed.conditions.map(shape).at(-1), 'Ready=False InvalidPolicy: bad range');
});

test('a run that ends well removes Stalled', () => {
  const before = [
    condition('Stalled', 'True', ['InvalidPolicy', 'bad']),
    condition('Ready', 'False', ['InvalidPolicy', 'bad']),
  ];
  assert.deepEqual(finalize(input({ before })).conditions.map(shape), ['Ready=True Succeeded: all good']);
});

test('a message of more than 32768 bytes is cut at a character and marked', () => {
  const { conditions } = finalize(
    input({ outcome: { type: 'ready', message: 'é'.repeat(20000), requeueAfterMs: 1 } }),
  );
  const message = conditions[0]?.message ?? '';
  assert.ok(Buffer.byteLength(message) <= 32768);
  assert.match(message, /^é+\.\.\.$/);
});
