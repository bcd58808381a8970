import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CoreEvent } from '../api/event.ts';
import { eventTable } from './event-table.ts';

const event = (count: number): CoreEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: 'cli' },
  involvedObject: {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    namespace: 'cli',
    name: 'web',
  },
  type: 'Normal',
  reason: 'Succeeded',
  message: 'selected\n',
  count,
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:22Z',
  source: { component: 'tidemark' },
  reportingComponent: 'tidemark',
});

test('events say when they were last seen, and how often since when', () => {
  const now = new Date('2026-01-01T00:02:38Z');
  assert.deepEqual(eventTable([event(1), event(3)], { now, namespaces: true }), {
    columns: ['namespace', 'last seen', 'type', 'reason', 'object', 'message'],
    rows: [
      ['cli', '2m38s', 'Normal', 'Succeeded', 'ImagePolicy/web', 'selected'],
      ['cli', '2m16s (x3 over 2m38s)', 'Normal', 'Succeeded', 'ImagePolicy/web', 'selected'],
    ],
  });
});
