import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Clock } from '../../model/clock.ts';
import { silentLog } from '../../model/log.ts';
import type { ApiRequest } from './api-request.ts';
import { refused } from './api-failure.ts';
import type { KubeClient } from './kube-client.ts';
import { LeaderElection } from './leader-election.ts';
import type { Leadership } from './leader-election.ts';
import { TidemarkError } from '../../model/errors.ts';

/** Time that passes when a test says so. */
class SteppedClock implements Clock {
  #ms = 0;
  /** What the time of day is ahead of the clock that never jumps. */
  jumpMs = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): Date {
    return new Date(1_700_000_000_000 + this.#ms + this.jumpMs);
  }

  monotonicMs(): number {
    return this.#ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = { at: this.#ms + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets time pass, in small steps, with everything that happens in them. */
  async pass(ms: number, isOver: () => boolean = () => false): Promise<void> {
    for (const end = this.#ms + ms; this.#ms < end && !isOver();) {
      this.#ms += Math.min(50, end - this.#ms);
      for (const sleeper of this.#sleepers) {
        if (sleeper.at > this.#ms) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settle();
    }
  }
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** One Lease in an API server that holds writers to the version that they have read. */
class FakeLease {
  spec: Record<string, unknown> | undefined;
  version = 0;
  /** Processes that cannot reach the server. */
  readonly cutOff = new Set<string>();
  readonly writes: string[] = [];
  /** How long answers to writes take. */
  slowMs = 0;
  clock: SteppedClock | undefined;

  clientFor(who: string): KubeClient {
    const request = async ({ verb, body }: ApiRequest): Promise<unknown> => {
      const asked = { verb, resource: 'leases', what: 'Lease a/l', server: 's' };
      if (this.cutOff.has(who)) throw new TidemarkError('ClusterUnreachable', 'cut off');
      if (verb === 'get') {
        const details = { name: 'l' };
        if (this.spec === undefined) throw refused(asked, { status: 404, body: { kind: 'Status', details } });
        return this.#object();
      }
      const { spec, metadata } = body as {
        spec: Record<string, unknown>;
        metadata: { resourceVersion?: string };
      };
      const isStale =
        this.spec === undefined ? verb !== 'create' : metadata.resourceVersion !== String(this.version);
      if (isStale) throw refused(asked, { status: 409, body: undefined });
      this.version += 1;
      this.spec = spec;
      if (this.slowMs > 0) await this.clock?.sleep(this.slowMs);
      this.writes.push(String(spec['holderIdentity']));
      return this.#object();
    };
    return { request } as unknown as KubeClient;
  }

  #object(): object {
    return { metadata: { resourceVersion: String(this.version) }, spec: this.spec };
  }
}

/** A process that wants to lead; what it does is written down with the time. */
function contend(
  t: TestContext,
  who: string,
  { clock, lease }: { readonly clock: SteppedClock; readonly lease: FakeLease },
) {
  const abort = new AbortController();
  const state = {
    leads: false,
    terms: 0,
    end: undefined as string | undefined,
    leadership: undefined as Leadership | undefined,
  };
  const election = new LeaderElection({
    client: lease.clientFor(who),
    clock,
    log: silentLog,
    lease: { namespace: 'a', name: 'l' },
    identity: who,
  });
  const ended = election
    .run(abort.signal, async (leadership) => {
      Object.assign(state, { leads: true, terms: state.terms + 1, leadership });
      await new Promise((resolve) => leadership.signal.addEventListener('abort', resolve));
      state.leads = false;
    })
    .then((end) => (state.end = end));
  t.after(() => abort.abort());
  return { state, stop: () => abort.abort(), ended };
}

function world() {
  return { clock: new SteppedClock(), lease: new FakeLease() };
}

test('of two processes one leads, renews, and stays', async (t) => {
  const { clock, lease } = world();
  const [one, two] = [contend(t, 'one', { clock, lease }), contend(t, 'two', { clock, lease })];
  await clock.pass(300_000);
  assert.equal(Number(one.state.leads) + Number(two.state.leads), 1);
  assert.equal(one.state.terms + two.state.terms, 1);
  assert.equal(new Set(lease.writes).size, 1);
  assert.ok(lease.writes.length > 50);
});

test('a leader that dies is replaced once its lease has run out, and not before', async (t) => {
  const { clock, lease } = world();
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(12_000);
  const two = contend(t, 'two', { clock, lease });
  await clock.pass(1000);
  lease.cutOff.add('one');
  await clock.pass(28_000);
  assert.equal(two.state.leads, false);
  await clock.pass(60_000, () => two.state.leads);
  assert.ok(two.state.leads);
  assert.ok(clock.monotonicMs() <= 13_000 + 35_000 + 1000, String(clock.monotonicMs()));
  assert.equal(one.state.end, 'lost');
});

test('a leader that cannot renew has stopped before another can begin', async (t) => {
  for (let offsetMs = 0; offsetMs < 5000; offsetMs += 500) {
    const { clock, lease } = world();
    const one = contend(t, 'one', { clock, lease });
    await clock.pass(10_000 + offsetMs);
    const two = contend(t, 'two', { clock, lease });
    await clock.pass(1000);
    lease.cutOff.add('one');
    let bothMs = 0;
    let stoppedAt = Number.NaN;
    await clock.pass(60_000, () => {
      if (one.state.leads && two.state.leads) bothMs += 1;
      if (!one.state.leads && Number.isNaN(stoppedAt)) stoppedAt = clock.monotonicMs();
      return two.state.leads;
    });
    assert.equal(bothMs, 0);
    const gapMs = clock.monotonicMs() - stoppedAt;
    assert.ok(gapMs >= 4900, `${gapMs} ms between the two`);
    one.stop();
    two.stop();
  }
});

test('a leader whose clock has jumped, or that was stopped for long, may not act any more', async (t) => {
  const { clock, lease } = world();
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(6000);
  one.state.leadership?.assert();
  clock.jumpMs = 40_000;
  assert.throws(() => one.state.leadership?.assert(), { code: 'Aborted' });
  await clock.pass(6000);
  assert.equal(one.state.leads, false);
  assert.equal(await one.ended, 'lost');
});

test('a clock that is set back does not prolong anything', async (t) => {
  const { clock, lease } = world();
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(6000);
  clock.jumpMs = -3_600_000;
  lease.cutOff.add('one');
  await clock.pass(31_000);
  assert.equal(one.state.leads, false);
});

test('a leader that stops gives the lease back, and the next one need not wait for its end', async (t) => {
  const { clock, lease } = world();
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(6000);
  const two = contend(t, 'two', { clock, lease });
  await clock.pass(1000);
  one.stop();
  // What is left to write down can be, until the lease is given back.
  one.state.leadership?.assert();
  await settle();
  assert.equal(await one.ended, 'stopped');
  assert.throws(() => one.state.leadership?.assert(), { code: 'Aborted' });
  assert.equal(lease.spec?.['holderIdentity'], '');
  await clock.pass(6500);
  assert.ok(two.state.leads);
  assert.equal(lease.spec?.['leaseTransitions'], 1);
});

test('a renewal whose answer never came does not cost the lease', async (t) => {
  const { clock, lease } = world();
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(6000);
  // The server took it, but the answer was lost: the version is another now.
  lease.version += 1;
  await clock.pass(60_000);
  assert.ok(one.state.leads);
  assert.equal(one.state.terms, 1);
});

test('a lease that was granted by an answer that took too long is renewed before anything is done', async (t) => {
  const { clock, lease } = world();
  lease.slowMs = 31_000;
  lease.clock = clock;
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(40_000, () => lease.writes.length > 0);
  lease.slowMs = 0;
  await settle();
  assert.equal(one.state.terms, 0);
  await clock.pass(40_000, () => one.state.leads);
  one.state.leadership?.assert();
});

test('a lease that somebody else has taken by force is lost at once', async (t) => {
  const { clock, lease } = world();
  const one = contend(t, 'one', { clock, lease });
  await clock.pass(6000);
  lease.version += 1;
  lease.spec = { ...lease.spec, holderIdentity: 'thief' };
  await clock.pass(5500);
  assert.equal(one.state.end, 'lost');
});

test('a lease that does not outlast its deadline is refused', () => {
  const { clock, lease } = world();
  const options = {
    client: lease.clientFor('x'),
    clock,
    log: silentLog,
    lease: { namespace: 'a', name: 'l' },
    identity: 'x',
  };
  assert.throws(() => new LeaderElection({ ...options, leaseDurationMs: 30_000 }), { code: 'UsageError' });
});
