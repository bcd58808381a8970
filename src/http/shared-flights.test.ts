import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SharedFlights } from './shared-flights.ts';

const forever = () => new AbortController().signal;

test('the same work runs once for all who ask meanwhile, and again for who asks later', async () => {
  const flights = new SharedFlights<number>();
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  const work = async (): Promise<number> => {
    runs += 1;
    await gate.promise;
    return runs;
  };
  const together = [1, 2, 3].map(() => flights.join('k', forever(), work));
  const apart = flights.join('other', forever(), () => Promise.resolve(9));
  gate.resolve();
  assert.deepEqual(await Promise.all(together), [1, 1, 1]);
  assert.equal(await apart, 9);
  assert.equal(await flights.join('k', forever(), work), 2);
});

test('a failure is everybody’s, and is not remembered', async () => {
  const flights = new SharedFlights<number>();
  const failing = () => Promise.reject(new Error('broken'));
  const outcomes = await Promise.allSettled([1, 2].map(() => flights.join('k', forever(), failing)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await flights.join('k', forever(), () => Promise.resolve(1)), 1);
});

test('who leaves early leaves alone; with the last one the work is aborted, and its own error is told', async () => {
  const flights = new SharedFlights<number>();
  const work = (signal: AbortSignal): Promise<number> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('was half-way')));
    });
  const [one, two] = [new AbortController(), new AbortController()];
  const first = flights.join('k', one.signal, work);
  const second = flights.join('k', two.signal, work);
  one.abort(new Error('one has left'));
  await assert.rejects(first, { message: 'one has left' });
  two.abort(new Error('two has left'));
  await assert.rejects(second, { message: 'was half-way' });
  await assert.rejects(flights.join('k', two.signal, work), { message: 'two has left' });
});
