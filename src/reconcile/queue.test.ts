import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from './backoff.ts';
import type { Timing } from './agenda.ts';
import { WorkQueue } from './queue.ts';

/** A clock that is set by hand, with its timers. */
function manualTime(): Timing & { pass: (ms: number) => void; count: () => number } {
  const timers = new Map<() => void, number>();
  let now = 0;
  return {
    nowMs: () => now,
    after: (ms, run) => {
      const once = (): void => run();
      timers.set(once, now + ms);
      return () => timers.delete(once);
    },
    pass: (ms) => {
      now += ms;
      for (const [run, dueMs] of timers) {
        if (dueMs <= now && timers.delete(run)) run();
      }
    },
    count: () => timers.size,
  };
}

function queue(groupOf?: (key: string) => string): {
  queue: WorkQueue;
  time: ReturnType<typeof manualTime>;
} {
  const time = manualTime();
  const options = { ...time, onReady: () => undefined };
  return { time, queue: new WorkQueue(groupOf === undefined ? options : { ...options, groupOf }) };
}

test('a key that is added twice is handed out once', () => {
  const { queue: work } = queue();
  work.add('a');
  work.add('a');
  assert.equal(work.take(), 'a');
  assert.equal(work.take(), undefined);
});

test('a key that is added while it is worked on is handed out again, and only after it is done', () => {
  const { queue: work } = queue();
  work.add('a');
  work.take();
  work.add('a');
  assert.equal(work.take(), undefined);
  work.done('a');
  assert.equal(work.take(), 'a');
});

test('of two delays the sooner one counts, and adding a key calls its delay off', () => {
  const { queue: work, time } = queue();
  work.addAfter('a', 1000);
  work.addAfter('a', 10);
  work.addAfter('a', 5000);
  assert.equal(work.delayed, 1);
  time.pass(10);
  assert.equal(work.take(), 'a');
  work.done('a');
  work.addAfter('a', 10);
  work.add('a');
  assert.deepEqual([work.delayed, time.count()], [0, 0]);
  time.pass(5000);
  assert.equal(work.take(), 'a');
  assert.equal(work.take(), undefined);
});

test('delayed keys become ready when their time has come, with one timer for all', () => {
  const { queue: work, time } = queue();
  const delays = Array.from({ length: 500 }, (_, index) => (index * 7919) % 1000);
  for (const [index, ms] of delays.entries()) work.addAfter(`key-${index}`, ms);
  for (let index = 0; index < 500; index += 3) work.forget(`key-${index}`);
  assert.equal(time.count(), 1);
  const ready: number[] = [];
  for (let now = 0; now < 1000; now += 10) {
    time.pass(10);
    for (let key = work.take(); key !== undefined; key = work.take()) {
      const due = delays[Number(key.slice(4))] ?? -1;
      assert.ok(due <= now + 10 && due > now - 10, `${key} at ${now}`);
      ready.push(Number(key.slice(4)));
    }
  }
  assert.deepEqual(
    ready.toSorted((a, b) => a - b),
    [...delays.keys()].filter((index) => index % 3 !== 0),
  );
  assert.deepEqual([work.delayed, time.count()], [0, 0]);
});

test('a key that is not admitted stays, and others pass it', () => {
  const { queue: work } = queue();
  work.add('a');
  work.add('b');
  assert.equal(work.take({ key: (key) => key !== 'a' }), 'b');
  assert.equal(work.take(), 'a');
});

test('groups take turns, and one that is not admitted holds nobody up', () => {
  const { queue: work } = queue((key) => key[0] ?? '');
  for (const key of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) work.add(key);
  const admission = { group: (group: string) => group !== 'c' };
  const taken = Array.from({ length: 6 }, () => work.take(admission));
  assert.deepEqual(taken, ['a1', 'b1', 'a2', 'b2', 'a3', undefined]);
  assert.equal(work.take(), 'c1');
});

test('namespaces take turns, whatever their groups, and one that is not admitted holds nobody up', () => {
  const { queue: work } = queue((key) => key.slice(-1));
  for (const key of ['a/1x', 'a/2x', 'a/3y', 'a/4z', 'b/1x', 'c/1x', 'b/2x']) work.add(key);
  const admission = { namespace: (namespace: string) => namespace !== 'c' };
  const taken = Array.from({ length: 7 }, () => work.take(admission));
  assert.deepEqual(taken, ['a/1x', 'b/1x', 'a/3y', 'b/2x', 'a/4z', 'a/2x', undefined]);
  assert.equal(work.take(), 'c/1x');
});

test('a forgotten key comes back neither from the queue nor from a delay', () => {
  const { queue: work, time } = queue();
  work.add('a');
  work.addAfter('b', 10);
  work.forget('a');
  work.forget('b');
  time.pass(10);
  assert.equal(work.take(), undefined);
});

test('a namespace is busy while one of its keys waits or is worked on', () => {
  const { queue: work } = queue();
  work.add('apps/a');
  work.add('apps/b');
  work.addAfter('later/a', 10);
  assert.deepEqual([work.busyIn('apps'), work.busyIn('later')], [true, false]);
  work.take();
  work.forget('apps/b');
  assert.equal(work.busyIn('apps'), true);
  work.add('apps/a');
  work.done('apps/a');
  assert.equal(work.busyIn('apps'), true, 'it came again meanwhile');
  work.take();
  work.done('apps/a');
  assert.equal(work.busyIn('apps'), false);
});

test('delays double from the least to the most and start over once forgotten', () => {
  const backoff = new Backoff({ minMs: 750, maxMs: 900_000 });
  assert.deepEqual(
    [1, 2, 3].map(() => backoff.next('a')),
    [750, 1500, 3000],
  );
  for (let i = 0; i < 100; i += 1) backoff.next('a');
  assert.equal(backoff.next('a'), 900_000);
  assert.equal(backoff.next('b'), 750);
  backoff.forget('a');
  assert.equal(backoff.next('a'), 750);
});
