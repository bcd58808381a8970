import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDeadline } from './with-deadline.ts';

const hour = 3_600_000;

function reasonOf(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason));
  });
}

test('work that takes too long is told so in the words of a time-out', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { signal } = new AbortController();
  const reason = withDeadline({ signal, timeoutMs: 1000 }, reasonOf);
  t.mock.timers.tick(1000);
  assert.equal(((await reason) as Error).name, 'TimeoutError');
});

test('work is called off with the reason of the outer signal', async () => {
  const outer = new AbortController();
  const reason = withDeadline({ signal: outer.signal, timeoutMs: hour }, reasonOf);
  outer.abort('stopped');
  assert.equal(await reason, 'stopped');
  await withDeadline({ signal: outer.signal, timeoutMs: hour }, async (signal) =>
    assert.equal(signal.reason, 'stopped'),
  );
});

test('neither a result nor a failure leaves a timer behind', async (t) => {
  const { signal } = new AbortController();
  const set = t.mock.method(globalThis, 'setTimeout');
  const cleared = t.mock.method(globalThis, 'clearTimeout');
  assert.equal(await withDeadline({ signal, timeoutMs: hour }, async () => 'done'), 'done');
  await assert.rejects(
    withDeadline({ signal, timeoutMs: hour }, async () => {
      throw new Error('failed');
    }),
    /failed/,
  );
  assert.deepEqual(
    cleared.mock.calls.map(({ arguments: [timer] }) => timer),
    set.mock.calls.map(({ result }) => result),
  );
});

test('a deadline that no timer can hold is none', async () => {
  const { signal } = new AbortController();
  assert.equal(await withDeadline({ signal, timeoutMs: 1e12 }, async (given) => given), signal);
});
