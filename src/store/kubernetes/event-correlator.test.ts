import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EventRecord } from '../store.ts';
import { EventCorrelator } from './event-correlator.ts';

function event(message: string, name = 'web', reason = 'Succeeded'): EventRecord {
  const metadata = { namespace: 'apps', name, uid: `uid-${name}` };
  return { kind: 'ImagePolicy', object: { apiVersion: 'v1', metadata }, type: 'Normal', reason, message };
}

/** Correlates, and stores what is to be stored. */
function record(correlator: EventCorrelator, what: EventRecord, nowMs: number): string {
  const correlation = correlator.correlate(what, nowMs);
  if (correlation.action === 'drop') return 'drop';
  const { id, message } = correlation;
  const count = correlation.action === 'count' ? correlation.stored.count + 1 : 1;
  correlator.stored(id, { name: 'e', count, firstTimestamp: '' });
  return `${correlation.action} ${count} ${message}`;
}

test('the same event again raises its count; another object, reason or message is another event', () => {
  const correlator = new EventCorrelator();
  assert.deepEqual(
    [event('a'), event('a'), event('b'), event('a', 'api'), event('a', 'web', 'Failed'), event('a')].map(
      (what) => record(correlator, what, 0),
    ),
    ['create 1 a', 'count 2 a', 'create 1 b', 'create 1 a', 'create 1 a', 'count 3 a'],
  );
});

test('one that the cluster has let go of is made anew', () => {
  const correlator = new EventCorrelator();
  record(correlator, event('a'), 0);
  const again = correlator.correlate(event('a'), 0);
  assert.ok(again.action === 'count');
  correlator.forget(again.id);
  assert.equal(record(correlator, event('a'), 0), 'create 1 a');
});

test('of many events that differ in their message the later ones are told as one, for ten minutes', () => {
  const correlator = new EventCorrelator();
  for (let index = 0; index < 10; index += 1)
    assert.equal(record(correlator, event(`m${index}`), 0), `create 1 m${index}`);
  assert.equal(record(correlator, event('m10'), 1), 'create 1 (combined from similar events): m10');
  assert.equal(record(correlator, event('m11'), 2), 'count 2 (combined from similar events): m11');
  assert.equal(record(correlator, event('m3'), 3), 'count 2 m3');
  assert.equal(record(correlator, event('m12'), 600_001), 'create 1 m12');
});

test('an object that says too much is not heard until it has been quiet; others are', () => {
  const correlator = new EventCorrelator();
  const said = Array.from({ length: 30 }, () => record(correlator, event('a'), 0));
  assert.equal(said.filter((what) => what !== 'drop').length, 25);
  assert.equal(record(correlator, event('a', 'api'), 0), 'create 1 a');
  assert.equal(record(correlator, event('a'), 299_000), 'drop');
  assert.equal(record(correlator, event('a'), 301_000), 'count 26 a');
});

test('what is remembered has bounds', () => {
  const correlator = new EventCorrelator();
  for (let index = 0; index < 10_000; index += 1) record(correlator, event('a', `p${index}`), 0);
  assert.equal(record(correlator, event('a', 'p9999'), 0), 'count 2 a');
  assert.equal(record(correlator, event('a', 'p0'), 0), 'create 1 a');
});

test('long messages are told apart without being kept', () => {
  const correlator = new EventCorrelator();
  const long = (end: string): EventRecord => event(`${'x'.repeat(30_000)}${end}`);
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 4000; index += 1) {
    const { object, ...rest } = long(`${index}`);
    record(
      correlator,
      { ...rest, object: { ...object, metadata: { ...object.metadata, uid: `${index}` } } },
      0,
    );
  }
  assert.ok(process.memoryUsage().heapUsed - before < 60 * 2 ** 20);
  assert.match(record(correlator, long('a'), 0), /^create 1 /);
  assert.match(record(correlator, long('b'), 0), /^create 1 /);
  assert.match(record(correlator, long('a'), 0), /^count 2 /);
});
