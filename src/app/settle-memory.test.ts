import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { nodeMemory, settleMemory } from './settle-memory.ts';

const megabyte = 2 ** 20;

/** A process whose memory is set by hand. */
function memoryOf(t: TestContext): { use: (megabytes: number) => void; collections: () => number } {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let used = 0;
  let collections = 0;
  t.after(
    settleMemory({
      used: () => used,
      collect: () => {
        collections += 1;
        used = 30 * megabyte;
      },
    }),
  );
  return {
    use: (megabytes) => {
      used = megabytes * megabyte;
      t.mock.timers.tick(5000);
    },
    collections: () => collections,
  };
}

test('once much work is over the garbage is collected, and only once', (t) => {
  const { use, collections } = memoryOf(t);
  for (const megabytes of [100, 200, 250]) use(megabytes);
  assert.equal(collections(), 0);
  use(250.5);
  assert.equal(collections(), 1);
  for (const megabytes of [30.5, 31, 32, 33, 34]) use(megabytes);
  assert.equal(collections(), 1);
});

test('a process that is never at rest is tidied up now and then', (t) => {
  const { use, collections } = memoryOf(t);
  for (let look = 1; look <= 24; look += 1) use(100 + 10 * look);
  assert.equal(collections(), 2);
});

test('in a real process what nobody holds any more is gone', async () => {
  const { collect, used } = nodeMemory();
  const forgotten = new WeakRef({ something: 'large' });
  // What a job has seen stays until its end.
  await nextTurn();
  collect();
  assert.equal(forgotten.deref(), undefined);
  assert.ok(used() > 0);
});
