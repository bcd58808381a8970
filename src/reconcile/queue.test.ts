import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from './backoff.ts';
import { WorkQueue } from './queue.ts';

/** Timers that fire when told to. */
function manualTimers(): {
  after: (ms: number, run: () => void) => () => void;
  fire: () => void;
  count: () => number;
} {
  const timers = new Set<() => void>();
  return {
    after: (_ms, run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
    fire: () => {
      for (const run of timers) {
        timers.delete(run);
        run();
      }
    },
    count: () => timers.size,
  };
}

function queue(): { queue: WorkQueue; timers: ReturnType<typeof manualTimers> } {
  const timers = manualTimers();
  return { timers, queue: new WorkQueue(timers.after, () => undefined) };
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
  const { queue: work, timers } = queue();
  work.addAfter('a', 1000, 0);
  work.addAfter('a', 10, 0);
  work.addAfter('a', 5000, 0);
  assert.equal(timers.count(), 1);
  work.add('a');
  assert.equal(timers.count(), 0);
});

test('a delayed key is ready when its time has come', () => {
  const { queue: work, timers } = queue();
  work.addAfter('a', 10, 0);
  assert.equal(work.take(), undefined);
  timers.fire();
  assert.equal(work.take(), 'a');
});

test('a key that is not admitted stays, and others pass it', () => {
  const { queue: work } = queue();
  work.add('a');
  work.add('b');
  assert.equal(
    work.take((key) => key !== 'a'),
    'b',
  );
  assert.equal(work.take(), 'a');
});

test('a forgotten key comes back neither from the queue nor from a delay', () => {
  const { queue: work, timers } = queue();
  work.add('a');
  work.addAfter('b', 10, 0);
  work.forget('a');
  work.forget('b');
  timers.fire();
  assert.equal(work.take(), undefined);
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
