import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  access,
  fakeRegistry,
  forever,
  hastyClock,
  keychain,
  registryClient,
} from '../../../../test/builders/registry-client.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import { parseImageName } from '../../../model/image-ref.ts';

/** Waits until something has become true, for what happens on the other side of a socket. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock whose sleeps end only when their signal is aborted. */
function sleeplessClock(): Clock & { readonly naps: readonly number[] } {
  const naps: number[] = [];
  return {
    naps,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    sleep: (ms, signal) => {
      naps.push(Math.round(ms));
      return new Promise((_resolve, reject) => {
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the signal's own reason
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    },
  };
}

test('a registry in trouble is asked three times, a second and then three seconds apart, and a little more', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  for (const status of [408, 429, 499, 500, 502, 503, 504, 522]) {
    const mend = registry.fault({ on: 'tags', answer: { kind: 'status', status, body: '' } });
    const clock = hastyClock();
    const before = registry.requests.length;
    const client = registryClient(t, { clock, random: () => 0.5 });
    await assert.rejects(client.listTags(parseImageName(`${host}/app`), access(), forever()));
    const asked = registry.requests.slice(before).filter(({ path }) => path.endsWith('/list'));
    assert.equal(asked.length, 3, String(status));
    assert.deepEqual(
      clock.naps.filter((ms) => ms !== 300),
      [1050, 3150],
    );
    mend();
  }
});

test('what will not get better by itself is asked once', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  for (const status of [400, 401, 403, 404, 501]) {
    const mend = registry.fault({ on: 'tags', answer: { kind: 'status', status } });
    const before = registry.requests.length;
    await assert.rejects(registryClient(t).listTags(parseImageName(`${host}/app`), access(), forever()));
    assert.equal(registry.requests.slice(before).filter(({ path }) => path.endsWith('/list')).length, 1);
    mend();
  }
});

test('Retry-After is obeyed, in seconds and as a date, and never shortens the pause', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  const waits = async (header: string) => {
    const clock = hastyClock();
    registry.fault({
      on: 'tags',
      times: 1,
      answer: { kind: 'status', status: 429, headers: { 'retry-after': header } },
    });
    const listed = await registryClient(t, { clock }).listTags(
      parseImageName(`${host}/app`),
      access(),
      forever(),
    );
    assert.deepEqual(listed, ['1']);
    return clock.naps.filter((ms) => ms !== 300);
  };
  assert.deepEqual(await waits('7'), [7000]);
  assert.deepEqual(await waits('0'), [1000]);
  assert.deepEqual(await waits('soon'), [1000]);
  const [byDate = 0] = await waits(new Date(Date.now() + 30_000).toUTCString());
  assert.ok(byDate > 25_000 && byDate <= 30_000, String(byDate));
});

test('a pause that is too long is not waited for: the error says when to come back, and so does the next call', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  registry.push('other', '1');
  const answer = { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } as const;
  registry.fault({ on: 'tags', times: 1, answer });
  const client = registryClient(t);
  await assert.rejects(client.listTags(parseImageName(`${host}/app`), access(), forever()), {
    code: 'RegistryThrottled',
    retryAfterMs: 3_600_000,
    message: `GET http://${host}/v2/app/tags/list?n=1000: TOOMANYREQUESTS: too many requests (429 Too Many Requests); asks to wait 3600 s`,
  });
  const asked = registry.requests.length;
  await assert.rejects(
    client.listTags(parseImageName(`${host}/other`), access(), forever()),
    (error: TidemarkError) => {
      assert.equal(error.code, 'RegistryThrottled');
      assert.equal(
        error.message,
        `GET http://${host}/v2/other/tags/list?n=1000: the registry asks to wait 3600 s`,
      );
      assert.ok((error.retryAfterMs ?? 0) > 3_500_000);
      return true;
    },
  );
  assert.equal(registry.requests.length, asked);
  // Who comes as somebody else is not held up.
  const other = access({ keychain: keychain({ [host]: { username: 'u', password: 'p' } }) });
  assert.deepEqual(await client.listTags(parseImageName(`${host}/app`), other, forever()), ['1']);
});

test('when the time is up during a pause, the error is what the registry had said', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const clock = sleeplessClock();
  const answer = { kind: 'status', status: 503, headers: { 'retry-after': '30' }, body: '' } as const;
  registry.fault({ on: 'tags', answer });
  const deadline = new AbortController();
  const listing = registryClient(t, { clock }).listTags(
    parseImageName(`${host}/app`),
    access(),
    deadline.signal,
  );
  listing.catch(() => undefined);
  await until(() => clock.naps.includes(30_000));
  deadline.abort(new DOMException('time is up', 'TimeoutError'));
  await assert.rejects(listing, {
    code: 'RegistryServerError',
    retryAfterMs: 30_000,
    message: `GET http://${host}/v2/app/tags/list?n=1000: unexpected status code 503 Service Unavailable; asks to wait 30 s`,
  });
});

test('a registry that is silent is given up when the time is up, and the request is named', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.fault({ on: 'tags', answer: { kind: 'hang' } });
  const deadline = new AbortController();
  const listing = registryClient(t).listTags(parseImageName(`${host}/app`), access(), deadline.signal);
  listing.catch(() => undefined);
  await until(() => registry.requests.some(({ path }) => path.endsWith('/list')));
  deadline.abort(new DOMException('time is up', 'TimeoutError'));
  await assert.rejects(listing, {
    code: 'RegistryTimeout',
    message: `GET http://${host}/v2/app/tags/list?n=1000: no answer within the time limit`,
  });
});

test('a call that is aborted says so, also when others go on with the same scan', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  const gate = Promise.withResolvers<void>();
  registry.fault({ on: 'tags', answer: { kind: 'wait', until: gate.promise } });
  const client = registryClient(t);
  const image = parseImageName(`${host}/app`);
  const [one, two] = [new AbortController(), new AbortController()];
  const first = client.listTags(image, access(), one.signal);
  const second = client.listTags(image, access(), two.signal);
  await until(() => registry.requests.some(({ path }) => path.endsWith('/list')));
  one.abort(new TidemarkError('Aborted', 'shutting down'));
  await assert.rejects(first, { code: 'Aborted', message: 'shutting down' });
  gate.resolve();
  assert.deepEqual(await second, ['1']);
  await assert.rejects(client.listTags(image, access(), one.signal), {
    code: 'Aborted',
    message: 'shutting down',
  });
});

test('no more requests than allowed run at a time, and repositories take turns', async (t) => {
  const { registry, host } = await fakeRegistry(t, { pageSize: 1 });
  registry.setTags('many', ['1', '2', '3', '4', '5', '6']);
  registry.setTags('few', ['1']);
  registry.setTags('another', ['1']);
  const client = registryClient(t, { requestsPerRegistry: 1 });
  const list = (name: string) => client.listTags(parseImageName(`${host}/${name}`), access(), forever());
  await Promise.all([list('many'), list('few'), list('another')]);
  const order = registry.requests.flatMap(({ path }) => /^\/v2\/(.+)\/tags/.exec(path)?.[1] ?? []);
  assert.ok(order.indexOf('few') < order.lastIndexOf('many') - 2, order.join());
  assert.ok(order.indexOf('another') < order.lastIndexOf('many') - 2, order.join());
});

test('a registry that hangs delays nobody but itself', async (t) => {
  const hanging = await fakeRegistry(t);
  hanging.registry.fault({ answer: { kind: 'hang' } });
  const quick = await fakeRegistry(t);
  quick.registry.push('app', '1');
  const client = registryClient(t, { requestsPerRegistry: 1 });
  const deadline = new AbortController();
  const stuck = ['a1', 'a2', 'a3'].map((name) => {
    return client.listTags(parseImageName(`${hanging.host}/${name}`), access(), deadline.signal);
  });
  const outcome = Promise.allSettled(stuck);
  await until(() => hanging.registry.requests.length > 0);
  assert.deepEqual(await client.listTags(parseImageName(`${quick.host}/app`), access(), forever()), ['1']);
  deadline.abort(new DOMException('time is up', 'TimeoutError'));
  for (const result of await outcome) {
    assert.equal(result.status === 'rejected' && (result.reason as TidemarkError).code, 'RegistryTimeout');
  }
});

test('a repository that hangs holds one place, and the others of its registry go on', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  registry.fault({ on: 'tags', repository: 'stuck', answer: { kind: 'hang' } });
  const client = registryClient(t, { requestsPerRegistry: 2 });
  const deadline = new AbortController();
  const stuck = client.listTags(parseImageName(`${host}/stuck`), access(), deadline.signal);
  stuck.catch(() => undefined);
  await until(() => registry.requests.some(({ path }) => path.includes('stuck')));
  assert.deepEqual(await client.listTags(parseImageName(`${host}/app`), access(), forever()), ['1']);
  deadline.abort(new DOMException('time is up', 'TimeoutError'));
  await assert.rejects(stuck, { code: 'RegistryTimeout' });
});

test('connections are kept and used again', async (t) => {
  const { registry, host } = await fakeRegistry(t, { pageSize: 1 });
  registry.setTags(
    'app',
    Array.from({ length: 30 }, (_, index) => String(10 + index)),
  );
  const ports = new Set<number | undefined>();
  const client = registryClient(t);
  await client.listTags(parseImageName(`${host}/app`), access(), forever());
  for (const { remotePort } of registry.requests) ports.add(remotePort);
  assert.ok(ports.size <= 2, `${ports.size} connections`);
});

test('one ping and one token serve many scans that begin together', async (t) => {
  const account = { username: 'u', password: 'p' };
  const { registry, host } = await fakeRegistry(t, { access: { kind: 'token', ...account } });
  for (let index = 0; index < 50; index += 1) registry.push(`app${index}`, '1');
  const client = registryClient(t);
  const entry = access({ keychain: keychain({ [host]: account }) });
  const scans = Array.from({ length: 50 }, (_, index) => {
    return client.listTags(parseImageName(`${host}/app${index}`), entry, forever());
  });
  assert.equal((await Promise.all(scans)).length, 50);
  assert.equal(registry.requests.filter(({ path }) => path === '/v2/').length, 1);
  assert.equal(registry.requests.filter(({ path }) => path === '/token').length, 50);
});
