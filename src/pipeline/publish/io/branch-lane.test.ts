import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishRequest } from '../ports.ts';
import { remoteAccess } from '../remote-access.ts';
import { BranchLane, type Passenger } from './branch-lane.ts';
import { Job, nobodyWaits } from './job.ts';

const request: PublishRequest = {
  remote: { url: 'file:///x', timeoutMs: 1 },
  checkout: {},
  push: { branch: 'main', switched: false },
  path: '.',
  screen: { path: () => true, needle: Buffer.from('x') },
  draft: () => undefined,
};

function passenger(group: string): Passenger {
  return { job: new Job(request, new AbortController().signal), access: remoteAccess(request.remote), group };
}

test('those of one group who wait together travel together, others after them, one trip at a time', async () => {
  const trips: string[][] = [];
  let under = 0;
  const lane = new BranchLane(async (passengers) => {
    assert.equal(++under, 1);
    trips.push(passengers.map(({ group }) => group));
    await new Promise((resolve) => setImmediate(resolve));
    if (trips.length === 1) void lane.add(passenger('a'));
    under--;
  });
  const first = lane.add(passenger('a'));
  void lane.add(passenger('b'));
  void lane.add(passenger('a'));
  await first;
  assert.deepEqual(trips, [['a', 'a'], ['b'], ['a']]);
  assert.ok(lane.idle);
});

test('a job is settled once, and work ends when nobody waits any longer', async () => {
  const controller = new AbortController();
  const jobs = [new Job(request, controller.signal), new Job(request, new AbortController().signal)];
  const [one, two] = jobs;
  assert.ok(one && two);
  const signal = nobodyWaits(jobs);
  controller.abort();
  one.succeed({ outcome: 'unchanged', revision: 'x' });
  await assert.rejects(one.result, { code: 'Aborted' });
  assert.equal(signal.aborted, false);
  two.succeed({ outcome: 'unchanged', revision: 'x' });
  assert.equal((await two.result).outcome, 'unchanged');
  assert.equal(signal.aborted, true);
});

test('a job whose signal was aborted before it began is settled from the start', async () => {
  await assert.rejects(new Job(request, AbortSignal.abort()).result, { code: 'Aborted' });
});
