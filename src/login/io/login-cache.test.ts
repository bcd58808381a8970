import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../model/clock.ts';
import type { Login } from '../../model/login.ts';
import type { TimedLogin } from '../ports.ts';
import { LoginCache, type LoginCacheEvent } from './login-cache.ts';

const purpose = { kind: 'ImageRepository', namespace: 'apps', name: 'web' };
const hourMs = 3_600_000;

/** A clock that is moved by hand, either of its two hands. */
function handClock(): Clock & { wallMs: number; uptimeMs: number } {
  return {
    wallMs: 0,
    uptimeMs: 0,
    now() {
      return new Date(this.wallMs);
    },
    monotonicMs() {
      return this.uptimeMs;
    },
    sleep: async () => undefined,
  };
}

function stage(options: { readonly maxSize?: number } = {}) {
  const clock = handClock();
  const events: LoginCacheEvent[] = [];
  const cache = new LoginCache({
    clock,
    maxSize: options.maxSize ?? 100,
    maxDurationMs: hourMs,
    observe: (event) => events.push(event),
  });
  let exchanges = 0;
  const exchange = async (): Promise<TimedLogin> => {
    exchanges += 1;
    return { login: basic(`token-${exchanges}`), lifetimeMs: 1000_000 };
  };
  const get = (key: string): Promise<Login> =>
    cache.get(key, { purpose, signal: AbortSignal.timeout(60_000) }, exchange);
  return { cache, clock, events, get, exchanges: () => exchanges };
}

function basic(password: string): Login {
  return { type: 'basic', username: 'AWS', password };
}

test('a login is served for 80 % of its life, by whichever clock runs ahead', async () => {
  const { clock, get } = stage();
  assert.deepEqual(await get('a'), basic('token-1'));
  clock.uptimeMs = 799_999;
  assert.deepEqual(await get('a'), basic('token-1'));
  clock.uptimeMs = 800_000;
  assert.deepEqual(await get('a'), basic('token-2'));
  clock.wallMs += 800_000;
  assert.deepEqual(await get('a'), basic('token-3'));
});

test('a thousand askers at once and after each other cause one exchange, and other identities their own', async () => {
  const { get, exchanges } = stage();
  await Promise.all(Array.from({ length: 500 }, () => get('a')));
  for (let n = 0; n < 500; n += 1) await get('a');
  assert.equal(exchanges(), 1);
  assert.notDeepEqual(await get('b'), await get('a'));
  assert.equal(exchanges(), 2);
});

test('a login that was refused is not served again, and one that came later stays', async () => {
  const { cache, get, events } = stage();
  const first = await get('a');
  cache.refuse('a', first);
  const second = await get('a');
  assert.deepEqual(second, basic('token-2'));
  cache.refuse('a', first);
  assert.deepEqual(await get('a'), second);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['miss', 'exchanged', 'refused', 'miss', 'exchanged', 'hit'],
  );
});

test('of more logins than are kept the one not used for longest gives way', async () => {
  const { get, events } = stage({ maxSize: 2 });
  await get('a');
  await get('b');
  await get('a');
  await get('c');
  assert.deepEqual(await get('a'), basic('token-1'));
  assert.deepEqual(await get('b'), basic('token-4'));
  assert.deepEqual(
    events.map(({ type }) => type),
    'miss exchanged miss exchanged hit miss eviction exchanged hit miss eviction exchanged'.split(' '),
  );
  assert.equal(events.at(-1)?.size, 2);
});

test('with a size of 0 nothing is kept', async () => {
  const { get, exchanges } = stage({ maxSize: 0 });
  await get('a');
  await get('a');
  assert.equal(exchanges(), 2);
});

test('a failed exchange is told, and leaves nothing behind', async () => {
  const { cache, events, get } = stage();
  const fail = (): Promise<TimedLogin> => Promise.reject(new Error('no'));
  await assert.rejects(cache.get('a', { purpose, signal: AbortSignal.timeout(60_000) }, fail), /no/);
  assert.deepEqual(await get('a'), basic('token-1'));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['miss', 'failed', 'miss', 'exchanged'],
  );
});

test('an asker that gives up does not take the login from the others', async () => {
  const cache = new LoginCache({ clock: handClock(), maxSize: 1, maxDurationMs: hourMs });
  const { promise, resolve } = Promise.withResolvers<TimedLogin>();
  const hasty = new AbortController();
  const asked = [hasty.signal, AbortSignal.timeout(60_000)].map((signal) =>
    cache.get('a', { purpose, signal }, () => promise),
  );
  hasty.abort(new Error('no patience'));
  await assert.rejects(asked[0] ?? Promise.resolve(), /no patience/);
  resolve({ login: basic('token'), lifetimeMs: hourMs });
  assert.deepEqual(await asked[1], basic('token'));
});
