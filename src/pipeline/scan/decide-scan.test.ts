import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ScanFacts } from './decide-scan.ts';
import { decideScan } from './decide-scan.ts';

const now = new Date('2024-05-13T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);

/** A repository that was scanned a minute ago and has nothing new to it. */
function quietFacts(
  change: Partial<ScanFacts> = {},
  observed: Partial<ScanFacts['observed']> = {},
): ScanFacts {
  return {
    now,
    intervalMs: 300_000,
    canonicalName: 'ghcr.io/a/b',
    exclusionList: ['x', 'y'],
    specChanged: false,
    storedTags: 3,
    ...change,
    observed: {
      lastScan: { scanTime: ago(60_000) },
      canonicalName: 'ghcr.io/a/b',
      exclusionList: ['y', 'x'],
      ...observed,
    },
  };
}

test('without a reason the next scan is when the interval ends', () => {
  assert.deepEqual(decideScan(quietFacts()), { scan: false, nextScanMs: 240_000 });
});

test('each reason is given in its own words', () => {
  const cases: readonly [facts: ScanFacts, reason: string][] = [
    [quietFacts({}, { lastScan: undefined }), 'first scan'],
    [quietFacts({ requestedAt: 'now' }), 'reconcile requested'],
    [quietFacts({ requestedAt: 'now' }, { lastHandledReconcileAt: 'before' }), 'reconcile requested'],
    [quietFacts({}, { canonicalName: 'ghcr.io/a/c' }), 'new image name'],
    [quietFacts({}, { canonicalName: undefined }), 'new image name'],
    [quietFacts({}, { exclusionList: ['x'] }), 'updated exclusion list'],
    [
      quietFacts({ exclusionList: ['x', 'x', 'y'] }, { exclusionList: ['x', 'y', 'z'] }),
      'updated exclusion list',
    ],
    [quietFacts({ specChanged: true }), 'new generation'],
    [quietFacts({ storedTags: 0 }), 'no tags in database'],
    [quietFacts({}, { lastScan: { scanTime: ago(300_000) } }), 'triggered by interval'],
    [quietFacts({}, { lastScan: { scanTime: ago(299_001) } }), 'triggered by interval'],
    [quietFacts({}, { lastScan: {} }), 'triggered by interval'],
  ];
  for (const [facts, reason] of cases) assert.deepEqual(decideScan(facts), { scan: true, reason });
});

test('the earlier reason wins', () => {
  const everything = quietFacts(
    { requestedAt: 'now', storedTags: 0, canonicalName: 'other', exclusionList: [], intervalMs: 1 },
    { lastScan: undefined },
  );
  assert.deepEqual(decideScan(everything), { scan: true, reason: 'first scan' });
  const later = { ...everything, observed: quietFacts().observed };
  assert.deepEqual(decideScan(later), { scan: true, reason: 'reconcile requested' });
  assert.deepEqual(decideScan({ ...later, requestedAt: undefined }), {
    scan: true,
    reason: 'new image name',
  });
});

test('a request that was handled is not a reason again', () => {
  const facts = quietFacts({ requestedAt: 'then' }, { lastHandledReconcileAt: 'then' });
  assert.deepEqual(decideScan(facts), { scan: false, nextScanMs: 240_000 });
});

test('less than a second before its time a scan is due, a second before it is not', () => {
  const at = (ms: number) => decideScan(quietFacts({}, { lastScan: { scanTime: ago(ms) } }));
  assert.deepEqual(at(299_000), { scan: false, nextScanMs: 1000 });
  assert.equal(at(299_001).scan, true);
});

test('when the clock was set back the repository is scanned, and not only when the clock has caught up', () => {
  const inAYear = quietFacts({}, { lastScan: { scanTime: ago(-365 * 86_400_000) } });
  assert.deepEqual(decideScan(inAYear), { scan: true, reason: 'triggered by interval' });
  const inAMoment = quietFacts({}, { lastScan: { scanTime: ago(-5000) } });
  assert.deepEqual(decideScan(inAMoment), { scan: false, nextScanMs: 305_000 });
});
