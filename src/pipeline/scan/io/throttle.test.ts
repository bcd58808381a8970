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
import { parseImageName } from '../../../model/image-ref.ts';
import { Throttle } from './throttle.ts';

const tooMany = (headers: Readonly<Record<string, string>> = {}) =>
  ({ kind: 'status', status: 429, headers }) as const;

test('refusals in a row make the pause longer, up to a minute; those that came back together count once', () => {
  const throttle = new Throttle();
  let nowMs = 0;
  const pauses = Array.from({ length: 6 }, () => {
    const startedMs = nowMs;
    nowMs += 10;
    // Eight requests were under way.
    for (let index = 0; index < 8; index += 1) throttle.refused({ startedMs, nowMs, askedMs: undefined });
    const pause = throttle.waitMs(nowMs);
    nowMs += pause;
    return pause;
  });
  assert.deepEqual(pauses, [1000, 3000, 9000, 27_000, 60_000, 60_000]);
});

test('after a pause one request goes first, and when it is let in the others follow', () => {
  const throttle = new Throttle();
  throttle.refused({ startedMs: 0, nowMs: 10, askedMs: 500 });
  assert.equal(throttle.enter(509), undefined);
  const leave = throttle.enter(510);
  assert.ok(leave);
  assert.equal(throttle.enter(511), undefined);
  throttle.admitted(510);
  leave();
  assert.ok(throttle.enter(520));
  assert.ok(throttle.enter(520));
});

test('one refusal keeps all repositories of the account away, and none of them hammers', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const names = Array.from({ length: 40 }, (_, index) => `app${index}`);
  for (const name of names) registry.push(name, '1');
  registry.fault({ on: 'tags', times: 4, answer: tooMany() });
  const client = registryClient(t, { requestsPerRegistry: 4 });
  const lists = names.map((name) => client.listTags(parseImageName(`${host}/${name}`), access(), forever()));
  assert.equal((await Promise.all(lists)).length, 40);
  // At most the four that were under way together were refused, each of them once.
  const refused = registry.requests.filter(({ status }) => status === 429);
  assert.equal(refused.length, 4);
  assert.equal(registry.requests.filter(({ path }) => path.endsWith('/list')).length, 44);
});

test('GitLab and Docker Hub name the time at which to come back', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  for (const header of ['ratelimit-reset', 'x-retry-after', 'x-ratelimit-reset']) {
    const clock = hastyClock();
    const at = String(Math.floor(Date.now() / 1000) + 20);
    registry.fault({ on: 'tags', times: 1, answer: tooMany({ [header]: at }) });
    await registryClient(t, { clock }).listTags(parseImageName(`${host}/app`), access(), forever());
    const longest = Math.max(...clock.naps);
    assert.ok(longest > 15_000 && longest <= 21_000, `${header}: ${longest}`);
  }
});

test('without pulls left a manifest is not fetched, and tag lists go on', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' };
  const stop = registry.fault({
    on: 'manifest',
    method: 'HEAD',
    answer: { kind: 'headers', headers: { ...limits, 'docker-content-digest': null } },
  });
  const client = registryClient(t);
  const image = parseImageName(`${host}/app`);
  await assert.rejects(client.fetchDigest(image, '1', access(), forever()), {
    code: 'RegistryThrottled',
    message: `GET http://${host}/v2/app/manifests/1: none of the 100 pulls in 6 h is left, and one comes back in about 216 s`,
  });
  assert.equal(
    registry.requests.filter(({ path, method }) => path.includes('manifests') && method === 'GET').length,
    0,
  );
  assert.deepEqual(await client.listTags(image, access(), forever()), ['1']);
  stop();
  // Another account has pulls of its own.
  const other = access({ keychain: keychain({ [host]: { username: 'u', password: 'p' } }) });
  assert.match(await client.fetchDigest(image, '1', other, forever()), /^sha256:/);
});

test('the digest comes with HEAD, which is no pull, also when there are none left', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  const digest = registry.push('app', '1');
  const limits = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' };
  registry.fault({ on: 'manifest', method: 'HEAD', answer: { kind: 'headers', headers: limits } });
  const client = registryClient(t);
  for (let turn = 0; turn < 3; turn += 1) {
    const image = parseImageName(`${host}/app`);
    assert.equal(await client.fetchDigest(image, '1', access(), forever()), digest);
  }
});

test('a refused pull says when the next one may be had, and stops pulls alone', async (t) => {
  const { registry, host } = await fakeRegistry(t);
  registry.push('app', '1');
  registry.fault({
    on: 'manifest',
    method: 'HEAD',
    answer: { kind: 'headers', headers: { 'docker-content-digest': null } },
  });
  const body = JSON.stringify({
    errors: [{ code: 'TOOMANYREQUESTS', message: 'You have reached your unauthenticated pull rate limit.' }],
  });
  const headers = { 'ratelimit-limit': '10;w=3600', 'ratelimit-remaining': '0;w=3600' };
  registry.fault({ on: 'manifest', method: 'GET', answer: { kind: 'status', status: 429, headers, body } });
  const client = registryClient(t);
  const image = parseImageName(`${host}/app`);
  await assert.rejects(client.fetchDigest(image, '1', access(), forever()), {
    code: 'RegistryThrottled',
    retryAfterMs: 360_000,
    message:
      /You have reached your unauthenticated pull rate limit\. \(429 Too Many Requests\); asks to wait 360 s/,
  });
  assert.equal(registry.requests.filter(({ status }) => status === 429).length, 1);
  assert.deepEqual(await client.listTags(image, access(), forever()), ['1']);
});
