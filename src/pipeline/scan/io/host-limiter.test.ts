import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HostLimiter } from './host-limiter.ts';

const forever = () => new AbortController().signal;

/** Work that is under way until it is told to end. */
function controlled(order: string[]) {
  const running = new Map<string, () => void>();
  const work = (name: string) => async (): Promise<void> => {
    order.push(name);
    await new Promise<void>((resolve) => running.set(name, resolve));
  };
  return { work, running, end: (name: string) => running.get(name)?.() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('lanes take turns, whatever their number of waiting requests', async () => {
  const order: string[] = [];
  const limiter = new HostLimiter(1);
  const { work, running } = controlled(order);
  const requests = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'];
  const all = requests.map((name) => limiter.run({ host: 'h', lane: name[0] ?? '' }, forever(), work(name)));
  for (let index = 0; index < requests.length; index += 1) {
    await settle();
    assert.equal(order.length, index + 1);
    running.get(order.at(-1) ?? '')?.();
  }
  await Promise.all(all);
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
});

test('a host that is full stops nobody at another host', async () => {
  const order: string[] = [];
  const limiter = new HostLimiter(2);
  const { work, end } = controlled(order);
  const all = ['x1', 'x2', 'x3', 'y1'].map((name) =>
    limiter.run({ host: name[0] ?? '', lane: 'l' }, forever(), work(name)),
  );
  await settle();
  assert.deepEqual(order, ['x1', 'x2', 'y1']);
  for (const name of ['x1', 'x2', 'y1']) end(name);
  await settle();
  end('x3');
  await Promise.all(all);
});

test('who is aborted while waiting leaves with the reason, and takes no turn', async () => {
  const order: string[] = [];
  const limiter = new HostLimiter(1);
  const { work, end } = controlled(order);
  const first = limiter.run({ host: 'h', lane: 'a' }, forever(), work('first'));
  const controller = new AbortController();
  const second = limiter.run({ host: 'h', lane: 'a' }, controller.signal, work('second'));
  const third = limiter.run({ host: 'h', lane: 'a' }, forever(), work('third'));
  controller.abort(new Error('enough'));
  await assert.rejects(second, { message: 'enough' });
  await assert.rejects(limiter.run({ host: 'h', lane: 'a' }, controller.signal, work('never')), {
    message: 'enough',
  });
  end('first');
  await first;
  await settle();
  end('third');
  await third;
  assert.deepEqual(order, ['first', 'third']);
});

test('work that fails gives its turn back', async () => {
  const limiter = new HostLimiter(1);
  const fail = () => Promise.reject(new Error('broken'));
  const place = { host: 'h', lane: 'a' };
  await assert.rejects(limiter.run(place, forever(), fail), { message: 'broken' });
  assert.equal(await limiter.run(place, forever(), () => Promise.resolve('fine')), 'fine');
});
