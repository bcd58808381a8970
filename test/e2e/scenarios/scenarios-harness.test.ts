import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareEvents, compareObservations } from './compare.ts';
import {
  digestsIn,
  normaliseEvents,
  normaliseObservation,
  normaliseStatus,
  normaliseText,
} from './normalise.ts';
import { readScenarios } from './scenario.ts';

const variable = {
  hosts: ['127.0.0.1:5000', '127.0.0.1:3000'],
  digests: new Map([[`sha256:${'a'.repeat(64)}`, '1.1.0']]),
};

const texts: readonly (readonly [text: string, normal: string])[] = [
  [
    'Latest image tag for 127.0.0.1:5000/s01/app resolved to 1.1.0',
    'Latest image tag for <HOST>/s01/app resolved to 1.1.0',
  ],
  [`resolved to 1.1.0 with digest sha256:${'a'.repeat(64)}`, 'resolved to 1.1.0 with digest <DIGEST 1.1.0>'],
  [`main@sha1:${'0123456789'.repeat(4)}`, 'main@sha1:<SHA>'],
  ["pushed commit '0123abc' to branch 'main'", "pushed commit '<SHA7>' to branch 'main'"],
  ['retrying in 30s error: no tags in database', 'retrying in <D> error: no tags in database'],
  ['tags did not change, next scan in 1h0m0s', 'tags did not change, next scan in <D>'],
  [
    'walking path for files: lstat /tmp/x/gone: no such file',
    'walking path for files: lstat <PATH>: no such file',
  ],
  [
    'successful scan: found 3 tags with checksum 1623131655',
    'successful scan: found 3 tags with checksum 1623131655',
  ],
];

test('a text loses hosts, digests, commits, durations and temporary paths, and nothing else', () => {
  for (const [text, normal] of texts) {
    assert.equal(normaliseText(text, variable), normal);
    assert.equal(normaliseText(normal, variable), normal, 'normalising twice changes nothing');
  }
});

test('a status loses its times; conditions keep their order', () => {
  const status = {
    lastPushTime: '2026-01-01T00:00:00Z',
    lastScanResult: { scanTime: '2026-01-01T00:00:00Z', tagCount: 3 },
    conditions: [
      { type: 'Reconciling', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 },
      { type: 'Ready', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  };
  assert.deepEqual(normaliseStatus(status, variable), {
    lastPushTime: '<T>',
    lastScanResult: { scanTime: '<T>', tagCount: 3 },
    conditions: [{ type: 'Reconciling', observedGeneration: 1 }, { type: 'Ready' }],
  });
});

test('repeated events count once, in any order', () => {
  const a = ['Normal', 'Succeeded', 'a'] as [string, string, string];
  const b = ['Warning', 'Failed', 'b'] as [string, string, string];
  assert.deepEqual(normaliseEvents([b, a, b], variable), [a, b]);
});

test('events that depend on timing may be there or not; others may not be missing and may not be added', () => {
  const wanted: Parameters<typeof compareEvents>[0][string] = {
    events: [['Normal', 'A', 'a']],
    sometimes: [['Warning', 'B', 'b']],
  };
  const seen = (...events: [string, string, string][]): Parameters<typeof compareEvents>[1] => ({
    'ImagePolicy/app': { events, sometimes: [] },
    'ImagePolicy/other': { events: [['Normal', 'X', 'x']], sometimes: [] },
  });
  const expected = { 'ImagePolicy/app': wanted };
  assert.deepEqual(compareEvents(expected, seen(['Normal', 'A', 'a'])), []);
  assert.deepEqual(compareEvents(expected, seen(['Normal', 'A', 'a'], ['Warning', 'B', 'b'])), []);
  assert.equal(compareEvents(expected, seen(['Warning', 'B', 'b'])).length, 1);
  assert.equal(compareEvents(expected, seen(['Normal', 'A', 'a'], ['Normal', 'C', 'c'])).length, 1);
});

test('once something was pushed, runs that found nothing to do may have been seen or not', () => {
  const push: [string, string, string] = ['Normal', 'Succeeded', "pushed commit '<SHA7>' to branch 'main'"];
  const idle: [string, string, string] = ['Normal', 'Succeeded', 'repository up-to-date'];
  const record = (...events: [string, string, string][]): Parameters<typeof compareEvents>[1] => ({
    'ImageUpdateAutomation/auto': { events, sometimes: [] },
  });
  assert.deepEqual(compareEvents(record(push, idle), record(push)), []);
  assert.deepEqual(compareEvents(record(push), record(push, idle)), []);
  assert.equal(compareEvents(record(idle), record()).length, 1);
});

test('every scenario can be read, equals itself, and differs from itself with any text changed', () => {
  const scenarios = readScenarios();
  assert.equal(scenarios.length, 35);
  for (const { name, observed } of scenarios) {
    const normal = normaliseObservation(observed, { hosts: [], digests: digestsIn(observed) });
    assert.deepEqual(compareObservations(normal, normal), [], name);
    const changed = JSON.parse(
      JSON.stringify(normal).replace('"message":"', '"message":"x'),
    ) as typeof normal;
    if (JSON.stringify(normal).includes('"message":"')) {
      const [difference] = compareObservations(normal, changed);
      assert.match(difference?.where ?? '', /^snaps\[0\]\..*message$/, name);
    }
  }
});
