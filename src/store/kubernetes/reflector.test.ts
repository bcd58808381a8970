import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { systemClock } from '../../app/clock.ts';
import { silentLog } from '../../model/log.ts';
import { WatchHub } from '../watch-hub.ts';
import { CachedReader } from './cached-reader.ts';
import { Reflector } from './reflector.ts';
import { failure, startFakeApi } from './testing/fake-api.ts';
import { FakeCollection } from './testing/fake-collection.ts';

const path = '/apis/image.toolkit.fluxcd.io/v1/imagepolicies';

async function start(t: TestContext, options: { readonly wait?: boolean } = {}) {
  const { api, client } = await startFakeApi(t);
  const collection = new FakeCollection(api, path);
  const hub = new WatchHub('epoch', 64);
  const clock = {
    ...systemClock,
    // Waiting longer than a moment is for another day.
    sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(Math.min(ms, 5), signal),
  };
  const reflector = new Reflector({ kind: 'ImagePolicy', client, clock, log: silentLog, hub });
  t.after(() => reflector.close());
  const reader = new CachedReader('ImagePolicy', reflector, hub);
  const heard = listen(t, reader);
  if (options.wait !== false) await reflector.ready();
  return { api, collection, reflector, reader, heard };
}

/** Everything that a subscriber hears; `next` waits for one change. */
function listen(t: TestContext, reader: CachedReader<'ImagePolicy'>) {
  const abort = new AbortController();
  t.after(() => abort.abort());
  const events = reader.watch({ signal: abort.signal })[Symbol.asyncIterator]();
  return {
    next: async (): Promise<string> => {
      for (;;) {
        const result = await events.next();
        assert.ok(result.done !== true);
        const { value } = result;
        if (value.type !== 'bookmark') return `${value.type} ${value.object.metadata.name}`;
      }
    },
  };
}

test('a list comes in pages and is shown when it is complete, with defaults and without what nobody reads', async (t) => {
  const { collection, reflector, reader } = await start(t, { wait: false });
  collection.pageSize = 2;
  for (const name of ['a', 'b', 'c', 'd', 'e']) collection.put(name);
  await reflector.ready();
  assert.deepEqual(collection.asked.slice(0, 3), ['list', 'list after 2', 'list after 4']);
  const { items } = await reader.list({});
  assert.deepEqual(
    items.map(({ metadata, spec }) => [metadata.name, spec.digestReflectionPolicy]),
    ['a', 'b', 'c', 'd', 'e'].map((name) => [name, 'Never']),
  );
});

test('a watch that is cut a hundred times misses nothing and tells nothing twice', async (t) => {
  const { collection, heard } = await start(t);
  for (let round = 0; round < 100; round += 1) {
    collection.put(`p${round}`);
    assert.equal(await heard.next(), `added p${round}`);
    collection.cut();
    collection.put(`p${round}`, { suspend: true });
    assert.equal(await heard.next(), `modified p${round}`);
  }
  // Every watch after the first resumes where the last one broke off: there was one list.
  assert.deepEqual(
    collection.asked.filter((what) => what.startsWith('list')),
    ['list'],
  );
});

test('a watch that the server ends is resumed after the last bookmark', async (t) => {
  const { collection, heard } = await start(t);
  collection.put('a');
  await heard.next();
  collection.bookmark();
  collection.end();
  collection.put('b');
  assert.equal(await heard.next(), 'added b');
  const [resumed] = collection.asked.slice(-1);
  assert.ok(resumed === 'watch 12' || resumed === 'watch 11', resumed);
});

test('when a watch cannot resume, a new list tells what was missed: also what is gone, and each thing once', async (t) => {
  const { collection, reflector, heard } = await start(t);
  for (const name of ['stays', 'changes', 'goes', 'anew']) {
    collection.put(name);
    await heard.next();
  }
  // While nobody watches.
  collection.cut();
  collection.put('changes', { suspend: true });
  collection.remove('goes');
  collection.remove('anew');
  collection.put('anew');
  collection.put('comes');
  collection.compact();
  const news = [];
  for (let index = 0; index < 5; index += 1) news.push(await heard.next());
  assert.deepEqual(news.toSorted(), [
    'added anew',
    'added comes',
    'deleted anew',
    'deleted goes',
    'modified changes',
  ]);
  assert.ok(news.indexOf('deleted anew') < news.indexOf('added anew'));
  assert.ok(collection.asked.some((what) => what.startsWith('list not older than')));
  assert.deepEqual(reflector.state, { state: 'ready' });
  collection.put('later');
  assert.equal(await heard.next(), 'added later');
});

test('a list that breaks off half-way changes nothing, and is begun again', async (t) => {
  const { api, collection, reflector } = await start(t, { wait: false });
  collection.pageSize = 1;
  collection.put('a');
  collection.put('b');
  let isBroken = true;
  api.on(({ path: asked, query }) => {
    if (!isBroken || asked !== path || query.get('continue') === null) return undefined;
    isBroken = false;
    return failure(500, 'InternalError');
  });
  await assert.rejects(reflector.ready(), { code: 'ClusterFailed' });
  assert.equal(reflector.cache.size, 0);
  await reflector.ready();
  assert.equal(reflector.cache.size, 2);
});

test('a later page that is no longer kept begins the list again', async (t) => {
  const { api, collection, reflector } = await start(t, { wait: false });
  collection.pageSize = 1;
  collection.put('a');
  collection.put('b');
  let isExpired = true;
  api.on(({ path: asked, query }) => {
    if (!isExpired || asked !== path || query.get('continue') === null) return undefined;
    isExpired = false;
    return failure(410, 'Expired');
  });
  await reflector.ready();
  assert.equal(reflector.cache.size, 2);
});

test('whoever asks while nothing can be listed learns why', async (t) => {
  const { api, reader } = await start(t, { wait: false });
  api.on(({ path: asked }) => (asked === path ? failure(403, 'Forbidden') : undefined));
  await assert.rejects(reader.get({ namespace: 'apps', name: 'a' }), {
    code: 'ClusterForbidden',
    message: /^not allowed to list imagepolicies in all namespaces/,
  });
});

test('a cache that is to be filled is, as soon as the server lets it', async (t) => {
  const { api, collection, reflector } = await start(t, { wait: false });
  let refusals = 3;
  api.on(({ path: asked }) => {
    if (asked !== path || refusals === 0) return undefined;
    refusals -= 1;
    return failure(403, 'Forbidden');
  });
  collection.put('a');
  assert.equal(reflector.isFilled, false);
  await reflector.filled();
  assert.equal(reflector.isFilled, true);
  assert.equal(reflector.cache.size, 1);
});

test('a cache that was filled can be read while the server is away', async (t) => {
  const { api, collection, reflector, reader, heard } = await start(t);
  collection.put('a');
  await heard.next();
  let isAway = true;
  api.on((_request, response) => {
    if (!isAway) return undefined;
    response.destroy();
    return 'streaming';
  });
  collection.cut();
  assert.ok(await reader.get({ namespace: 'apps', name: 'a' }));
  assert.equal(reflector.isFilled, true);
  collection.put('b');
  isAway = false;
  assert.equal(await heard.next(), 'added b');
});

test('a kind that the cluster does not have is empty, and appears when it is installed', async (t) => {
  const { api, collection, reflector, reader, heard } = await start(t, { wait: false });
  let isInstalled = false;
  api.on(({ path: asked }) => {
    return asked === path && !isInstalled ? { status: 404, body: '404 page not found' } : undefined;
  });
  await reflector.ready();
  assert.equal(reflector.state.state, 'not-served');
  assert.equal(await reader.get({ namespace: 'apps', name: 'a' }), undefined);
  isInstalled = true;
  collection.put('a');
  assert.equal(await heard.next(), 'added a');
});
