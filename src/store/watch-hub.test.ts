import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Kinds } from '../api/kinds.ts';
import { WatchHub, scopeOf } from './watch-hub.ts';

function namespace(name: string): Kinds['Namespace'] {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, namespace: '' } };
}

function publish(hub: WatchHub, count: number): void {
  for (let index = 0; index < count; index += 1) {
    hub.publish({ kind: 'Namespace', before: undefined, after: namespace(`n${index}`) });
  }
}

test('a watch that nobody reads does not grow without end: it starts over', async () => {
  const hub = new WatchHub('epoch', 4);
  const { signal } = new AbortController();
  const watch = hub.watch('Namespace', scopeOf({}), { from: undefined, signal, initial: () => [] });
  const first = await watch.next();
  assert.ok(first.done !== true && first.value.type === 'bookmark');
  publish(hub, 4 * 64 + 1);
  await assert.rejects(watch.next(), {
    code: 'WatchExpired',
    message: 'the watch fell too far behind: start again without one',
  });
});

test('only as much is remembered as was asked for, and that much can be resumed from', async () => {
  const hub = new WatchHub('epoch', 4);
  const first = hub.version;
  publish(hub, 4);
  const later = hub.version;
  publish(hub, 4);
  const { signal } = new AbortController();
  const seen: string[] = [];
  for await (const event of hub.watch('Namespace', scopeOf({}), { from: later, signal, initial: () => [] })) {
    if (event.type === 'bookmark') break;
    seen.push(event.object.metadata.name);
  }
  assert.deepEqual(seen, ['n0', 'n1', 'n2', 'n3']);
  publish(hub, 4);
  const expired = hub.watch('Namespace', scopeOf({}), { from: first, signal, initial: () => [] });
  await assert.rejects(expired.next(), { code: 'WatchExpired' });
});

test('a version that never was is not one to watch from', async () => {
  const hub = new WatchHub('epoch');
  const { signal } = new AbortController();
  for (const from of ['', '0', 'epoch', 'epoch.', 'epoch.1', 'epoch.-1', 'epoch.x', 'other.0']) {
    await assert.rejects(hub.watch('Namespace', scopeOf({}), { from, signal, initial: () => [] }).next(), {
      code: 'WatchExpired',
    });
  }
});
