import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromServerEvent, shorten } from './core-event.ts';

const cases: readonly (readonly [title: string, text: string, shortened: string])[] = [
  ['stays', 'a'.repeat(39_000), 'a'.repeat(39_000)],
  ['is cut', 'a'.repeat(1_000_000), `${'a'.repeat(38_997)}...`],
  ['is cut between characters, not inside one', `${'a'.repeat(38_996)}€€`, `${'a'.repeat(38_996)}...`],
  ['of four-byte characters is cut between them', '😀'.repeat(10_000), `${'😀'.repeat(9749)}...`],
];
for (const [title, text, shortened] of cases) {
  test(`a message of ${Buffer.byteLength(text)} bytes ${title}`, () => {
    assert.equal(shorten(text), shortened);
    assert.ok(Buffer.byteLength(shorten(text)) <= 39_000);
  });
}

const raw = {
  metadata: { name: 'e', namespace: 'apps', resourceVersion: '3', creationTimestamp: '2026-01-01T00:00:00Z' },
  involvedObject: {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    namespace: 'apps',
    name: 'web',
  },
};

test('an event that a newer recorder has written has its times and its count', () => {
  const event = fromServerEvent({
    ...raw,
    eventTime: '2026-01-02T00:00:00Z',
    reportingComponent: 'x',
    source: {},
  });
  assert.equal(event?.lastTimestamp, '2026-01-02T00:00:00Z');
  assert.equal(event?.count, 1);
  assert.equal(event?.source.component, 'x');
});

test('an event about something else is none of ours, nor one about a kind of another group by the same name', () => {
  const involved = (apiVersion: string, kind: string): object => ({
    ...raw,
    involvedObject: { ...raw.involvedObject, apiVersion, kind },
  });
  assert.equal(fromServerEvent(involved('v1', 'Pod')), undefined);
  assert.equal(fromServerEvent(involved('example.com/v1', 'ImagePolicy')), undefined);
  assert.ok(fromServerEvent(involved('image.toolkit.fluxcd.io/v1beta2', 'ImagePolicy')));
  assert.ok(fromServerEvent(involved('v1', 'Secret')));
});
