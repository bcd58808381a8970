import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { AnyObject, KindName, Kinds } from '../api/kinds.ts';
import { secretValue } from '../api/secret.ts';
import type { ObjectKey } from '../model/object-key.ts';
import type { EventLog, ObjectStore, WatchEvent, WatchOptions } from './store.ts';

/** One store with nothing in it, and the hands of somebody else who owns what is in it. */
export interface StoreHarness {
  readonly objects: ObjectStore;
  readonly events: EventLog;
  /** Defines or redefines an object as its owner would. Done when the store shows it. */
  apply(object: AnyObject): Promise<void>;
  /** Takes an object away as its owner would. Done when the store shows that. */
  remove(kind: KindName, key: ObjectKey): Promise<void>;
  /** A version that no watch can resume from any more. */
  expiredVersion(): Promise<string>;
}

export type StoreFactory = (t: TestContext) => Promise<StoreHarness>;

type RepositoryEvent = WatchEvent<Kinds['ImageRepository']>;

const app = { namespace: 'flux-system', name: 'app' };

function repository(
  key: ObjectKey = app,
  labels: Record<string, string> = {},
  spec: Partial<Kinds['ImageRepository']['spec']> = {},
): Kinds['ImageRepository'] {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageRepository',
    metadata: { ...key, labels },
    spec: {
      image: `registry.example.com/${key.name}`,
      interval: '5m',
      exclusionList: ['^.*\\.sig$'],
      provider: 'generic',
      ...spec,
    },
  };
}

function secret(key: ObjectKey, data: Record<string, string>): Kinds['Secret'] {
  const encoded: Record<string, string> = {};
  for (const [name, value] of Object.entries(data)) encoded[name] = Buffer.from(value).toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: key, type: 'Opaque', data: encoded };
}

/** Nobody has written a status: there is the one that every new object has by its definition. */
function assertUntouched(object: Kinds['ImageRepository'] | undefined): void {
  assert.deepEqual(object?.status, { observedGeneration: -1 });
}

/** A watch that a test reads one event at a time. */
class Probe {
  readonly #iterator: AsyncIterator<RepositoryEvent>;
  readonly #abort = new AbortController();
  version = '';

  constructor(t: TestContext, store: ObjectStore, options: Omit<WatchOptions, 'signal'> = {}) {
    const events = store.watch('ImageRepository', { ...options, signal: this.#abort.signal });
    this.#iterator = events[Symbol.asyncIterator]();
    t.after(() => this.#abort.abort());
  }

  async next(): Promise<RepositoryEvent> {
    const result = await this.#iterator.next();
    assert.ok(result.done !== true, 'the watch has ended');
    this.version = result.value.resourceVersion;
    return result.value;
  }

  /** The next event that is no bookmark, as `type name`. */
  async change(): Promise<string> {
    for (;;) {
      const event = await this.next();
      if (event.type !== 'bookmark') return `${event.type} ${event.object.metadata.name}`;
    }
  }

  /** Everything up to the first bookmark. */
  async initial(): Promise<readonly string[]> {
    const seen: string[] = [];
    for (let event = await this.next(); event.type !== 'bookmark'; event = await this.next()) {
      seen.push(`${event.type} ${event.object.metadata.name}`);
    }
    return seen;
  }

  async stop(): Promise<IteratorResult<RepositoryEvent>> {
    const next = this.#iterator.next();
    this.#abort.abort();
    return next;
  }
}

/** What every adapter of the store has to do. Run once for each of them. */
export function describeStoreContract(name: string, create: StoreFactory): void {
  describe(`${name}: reading`, () => readingContract(create));
  describe(`${name}: writing`, () => writingContract(create));
  describe(`${name}: deletion`, () => deletionContract(create));
  describe(`${name}: watching`, () => watchingContract(create));
  describe(`${name}: Secrets and Namespaces`, () => readOnlyContract(create));
  describe(`${name}: events`, () => eventContract(create));
}

function readingContract(create: StoreFactory): void {
  test('what does not exist is undefined, and not in the list', async (t) => {
    const { objects } = await create(t);
    assert.equal(await objects.get('ImageRepository', app), undefined);
    assert.deepEqual((await objects.list('ImageRepository')).items, []);
  });

  test('an object comes with its defaults and with the metadata of a stored object', async (t) => {
    const { objects, apply } = await create(t);
    await apply({ ...repository(), spec: { image: 'ghcr.io/org/app', interval: '1m' } } as AnyObject);
    const object = await objects.get('ImageRepository', app);
    assert.deepEqual(object?.spec.exclusionList, ['^.*\\.sig$']);
    assert.equal(object?.spec.provider, 'generic');
    assert.equal(object?.metadata.generation, 1);
    assert.match(object?.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
    assert.match(object?.metadata.creationTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(object?.metadata.resourceVersion);
    assertUntouched(object);
  });

  test('a list is in the order of namespaces and names', async (t) => {
    const { objects, apply } = await create(t);
    for (const [namespace, name] of [
      ['team-b', 'a'],
      ['team-a', 'z'],
      ['team-a', 'b'],
    ] as const) {
      await apply(repository({ namespace, name }));
    }
    const { items } = await objects.list('ImageRepository');
    assert.deepEqual(
      items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      ['team-a/b', 'team-a/z', 'team-b/a'],
    );
  });

  test('a namespace narrows a list down', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository({ namespace: 'team-a', name: 'one' }));
    await apply(repository({ namespace: 'team-b', name: 'two' }));
    const { items } = await objects.list('ImageRepository', { namespace: 'team-b' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['two'],
    );
  });

  test('a name narrows a list and a watch down', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository({ namespace: 'team-a', name: 'one' }));
    await apply(repository({ namespace: 'team-a', name: 'two' }));
    const probe = new Probe(t, objects, { namespace: 'team-a', name: 'two' });
    assert.deepEqual(await probe.initial(), ['added two']);
    const { items } = await objects.list('ImageRepository', { namespace: 'team-a', name: 'two' });
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['two'],
    );
    await apply(repository({ namespace: 'team-a', name: 'one' }, {}, { interval: '7m' }));
    await apply(repository({ namespace: 'team-a', name: 'two' }, {}, { interval: '7m' }));
    assert.equal(await probe.change(), 'modified two');
  });

  const selections: readonly (readonly [selector: string, names: readonly string[]])[] = [
    ['', ['bare', 'dev', 'prod']],
    ['env=dev', ['dev']],
    ['env!=dev', ['bare', 'prod']],
    ['env in (dev,prod)', ['dev', 'prod']],
    ['env notin (prod)', ['bare', 'dev']],
    ['env', ['dev', 'prod']],
    ['!env', ['bare']],
    ['env,team=web', ['prod']],
  ];
  test('a label selector narrows a list down', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository({ namespace: 'a', name: 'bare' }));
    await apply(repository({ namespace: 'a', name: 'dev' }, { env: 'dev' }));
    await apply(repository({ namespace: 'a', name: 'prod' }, { env: 'prod', team: 'web' }));
    for (const [labelSelector, names] of selections) {
      const { items } = await objects.list('ImageRepository', { labelSelector });
      assert.deepEqual(
        items.map(({ metadata }) => metadata.name),
        names,
        labelSelector,
      );
    }
  });

  test('a selector that cannot be read is refused', async (t) => {
    const { objects } = await create(t);
    await assert.rejects(async () => objects.list('ImageRepository', { labelSelector: 'env in dev' }), {
      code: 'UsageError',
    });
  });

  test('nobody can change what others see', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const mine = await objects.get('ImageRepository', app);
    const status = { observedGeneration: 1, conditions: [] };
    const written = await objects.writeStatus('ImageRepository', app, status);
    status.observedGeneration = 7;
    for (const object of [mine, written]) {
      try {
        if (object !== undefined) object.spec.image = 'changed';
      } catch {
        // Frozen: just as well.
      }
    }
    const theirs = await objects.get('ImageRepository', app);
    assert.equal(theirs?.spec.image, 'registry.example.com/app');
    assert.equal(theirs?.status?.observedGeneration, 1);
  });
}

function writingContract(create: StoreFactory): void {
  test('a write is seen by the next read', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const written = await objects.writeStatus('ImageRepository', app, { canonicalImageName: 'x' });
    assert.deepEqual(await objects.get('ImageRepository', app), written);
    assert.deepEqual((await objects.list('ImageRepository')).items, [written]);
    assert.equal(written.status?.canonicalImageName, 'x');
  });

  test('a status is replaced as a whole, and by itself', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const before = await objects.writeStatus('ImageRepository', app, {
      canonicalImageName: 'x',
      observedGeneration: 1,
    });
    const after = await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    assert.deepEqual(after.status, { observedGeneration: 1 });
    assert.deepEqual(after.spec, before.spec);
    assert.equal(after.metadata.generation, 1);
    assert.notEqual(after.metadata.resourceVersion, before.metadata.resourceVersion);
  });

  test('annotations and labels are merged, null removes, and the generation stays', async (t) => {
    const { objects, apply } = await create(t);
    await apply({
      ...repository(),
      metadata: { ...app, labels: { team: 'web', env: 'dev' }, annotations: { note: 'mine' } },
    });
    const patched = await objects.patchMetadata('ImageRepository', app, {
      annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
      labels: { env: null, tier: 'front' },
    });
    assert.deepEqual(patched.metadata.annotations, {
      note: 'mine',
      'reconcile.fluxcd.io/requestedAt': 'now',
    });
    assert.deepEqual(patched.metadata.labels, { team: 'web', tier: 'front' });
    assert.equal(patched.metadata.generation, 1);
    const again = await objects.patchMetadata('ImageRepository', app, {
      annotations: { 'reconcile.fluxcd.io/requestedAt': null },
    });
    assert.deepEqual(again.metadata.annotations, { note: 'mine' });
  });

  test('finalizers are set as a list', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const patched = await objects.patchMetadata('ImageRepository', app, {
      finalizers: ['finalizers.fluxcd.io'],
    });
    assert.deepEqual(patched.metadata.finalizers, ['finalizers.fluxcd.io']);
    const cleared = await objects.patchMetadata('ImageRepository', app, { finalizers: [] });
    assert.equal(cleared.metadata.finalizers?.length ?? 0, 0);
  });

  test('a change of spec raises the generation, and keeps status and uid', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const before = await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    await apply(repository(app, {}, { interval: '1h' }));
    const after = await objects.get('ImageRepository', app);
    assert.equal(after?.spec.interval, '1h');
    assert.equal(after?.metadata.generation, 2);
    assert.equal(after?.metadata.uid, before.metadata.uid);
    assert.deepEqual(after?.status, { observedGeneration: 1 });
  });

  test('a change of labels alone does not raise the generation', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const before = await objects.get('ImageRepository', app);
    await apply(repository(app, { team: 'web' }));
    const after = await objects.get('ImageRepository', app);
    assert.deepEqual(after?.metadata.labels, { team: 'web' });
    assert.equal(after?.metadata.generation, 1);
    assert.notEqual(after?.metadata.resourceVersion, before?.metadata.resourceVersion);
  });

  test('suspend is switched in the spec, and raises the generation', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const suspended = await objects.patchSpec('ImageRepository', app, { suspend: true });
    assert.equal(suspended.spec.suspend, true);
    assert.equal(suspended.metadata.generation, 2);
    const resumed = await objects.patchSpec('ImageRepository', app, { suspend: false });
    assert.notEqual(resumed.spec.suspend, true);
    assert.equal(resumed.metadata.generation, 3);
  });

  test('a write that changes nothing is no change', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    await objects.patchMetadata('ImageRepository', app, {
      annotations: { a: '1' },
      finalizers: ['f.example.com/x'],
    });
    const before = await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    const status = await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    const metadata = await objects.patchMetadata('ImageRepository', app, {
      annotations: { a: '1', b: null },
      finalizers: ['f.example.com/x'],
    });
    const spec = await objects.patchSpec('ImageRepository', app, {});
    for (const after of [status, metadata, spec])
      assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
  });

  test('a write to what does not exist is NotFound', async (t) => {
    const { objects } = await create(t);
    await assert.rejects(objects.writeStatus('ImageRepository', app, {}), { code: 'NotFound' });
    await assert.rejects(objects.patchMetadata('ImageRepository', app, { annotations: { a: '1' } }), {
      code: 'NotFound',
    });
    await assert.rejects(objects.patchSpec('ImageRepository', app, { suspend: true }), { code: 'NotFound' });
    await assert.rejects(objects.delete('ImageRepository', app), { code: 'NotFound' });
  });

  test('a write that is based on an old version is refused, and changes nothing', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const old = (await objects.get('ImageRepository', app))?.metadata.resourceVersion;
    assert.ok(old);
    const fresh = await objects.writeStatus(
      'ImageRepository',
      app,
      { observedGeneration: 1 },
      { resourceVersion: old },
    );
    const stale = { resourceVersion: old };
    await assert.rejects(objects.writeStatus('ImageRepository', app, { observedGeneration: 2 }, stale), {
      code: 'Conflict',
    });
    await assert.rejects(objects.patchMetadata('ImageRepository', app, { labels: { a: 'b' } }, stale), {
      code: 'Conflict',
    });
    await assert.rejects(objects.patchSpec('ImageRepository', app, { suspend: true }, stale), {
      code: 'Conflict',
    });
    await assert.rejects(objects.delete('ImageRepository', app, stale), { code: 'Conflict' });
    assert.deepEqual(await objects.get('ImageRepository', app), fresh);
  });

  test('of two writes based on the same version only the first succeeds', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const resourceVersion = (await objects.get('ImageRepository', app))?.metadata.resourceVersion ?? '';
    const writes = [1, 2].map((observedGeneration) =>
      objects.writeStatus('ImageRepository', app, { observedGeneration }, { resourceVersion }),
    );
    const [first, second] = await Promise.allSettled(writes);
    assert.equal([first, second].filter((result) => result?.status === 'fulfilled').length, 1);
  });

  test('a new object is made once', async (t) => {
    const { objects } = await create(t);
    const made = await objects.create<'ImageRepository'>({
      ...repository(),
      status: { observedGeneration: 5 },
    });
    assert.equal(made.metadata.generation, 1);
    assertUntouched(made);
    assert.deepEqual(await objects.get('ImageRepository', app), made);
    await assert.rejects(objects.create(repository()), { code: 'AlreadyExists' });
  });

  test('a new object that does not fit its schema is refused', async (t) => {
    const { objects } = await create(t);
    await assert.rejects(objects.create(repository(app, {}, { interval: 'soon' })), {
      code: 'ObjectInvalid',
    });
    assert.equal(await objects.get('ImageRepository', app), undefined);
  });
}

function deletionContract(create: StoreFactory): void {
  test('an object without finalizers is gone at once', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    await objects.delete('ImageRepository', app);
    assert.equal(await objects.get('ImageRepository', app), undefined);
  });

  test('an object with finalizers stays until the last one is removed', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    await objects.patchMetadata('ImageRepository', app, {
      finalizers: ['a.example.com/a', 'b.example.com/b'],
    });
    const probe = new Probe(t, objects);
    await probe.initial();
    await objects.delete('ImageRepository', app);
    const deleting = await objects.get('ImageRepository', app);
    assert.match(deleting?.metadata.deletionTimestamp ?? '', /^\d{4}-/);
    assert.equal(await probe.change(), 'modified app');
    await objects.patchMetadata('ImageRepository', app, { finalizers: ['b.example.com/b'] });
    assert.ok(await objects.get('ImageRepository', app));
    await objects.patchMetadata('ImageRepository', app, { finalizers: [] });
    assert.equal(await objects.get('ImageRepository', app), undefined);
  });

  test('the status of an object that is being deleted can still be written', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    await objects.patchMetadata('ImageRepository', app, { finalizers: ['a.example.com/a'] });
    await objects.delete('ImageRepository', app);
    const written = await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    assert.ok(written.metadata.deletionTimestamp);
  });

  test('what its owner takes away is deleted the same way', async (t) => {
    const { objects, apply, remove } = await create(t);
    await apply(repository());
    await objects.patchMetadata('ImageRepository', app, { finalizers: ['a.example.com/a'] });
    await remove('ImageRepository', app);
    assert.ok((await objects.get('ImageRepository', app))?.metadata.deletionTimestamp);
    await objects.patchMetadata('ImageRepository', app, { finalizers: [] });
    assert.equal(await objects.get('ImageRepository', app), undefined);
  });

  test('an object that is made anew is another one', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const first = await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    await objects.delete('ImageRepository', app);
    await apply(repository());
    const second = await objects.get('ImageRepository', app);
    assert.notEqual(second?.metadata.uid, first.metadata.uid);
    assert.equal(second?.metadata.generation, 1);
    assertUntouched(second);
  });
}

function watchingContract(create: StoreFactory): void {
  test('a watch begins with everything there is, then a bookmark', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository({ namespace: 'a', name: 'one' }));
    await apply(repository({ namespace: 'a', name: 'two' }));
    assert.deepEqual((await new Probe(t, objects).initial()).toSorted(), ['added one', 'added two']);
  });

  test('changes come in order', async (t) => {
    const { objects, apply } = await create(t);
    const probe = new Probe(t, objects);
    assert.deepEqual(await probe.initial(), []);
    await apply(repository());
    await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    await objects.patchMetadata('ImageRepository', app, { annotations: { a: '1' } });
    await objects.delete('ImageRepository', app);
    const seen = [await probe.change(), await probe.change(), await probe.change(), await probe.change()];
    assert.deepEqual(seen, ['added app', 'modified app', 'modified app', 'deleted app']);
  });

  test('a watch resumes from the version where it broke off, and from that of a list', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository());
    const { resourceVersion } = await objects.list('ImageRepository');
    const broken = new Probe(t, objects);
    await broken.initial();
    await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    assert.equal(await broken.change(), 'modified app');
    await broken.stop();
    await apply(repository({ namespace: 'flux-system', name: 'meanwhile' }));
    await objects.delete('ImageRepository', app);
    const resumed = new Probe(t, objects, { resourceVersion: broken.version });
    assert.deepEqual([await resumed.change(), await resumed.change()], ['added meanwhile', 'deleted app']);
    const fromList = new Probe(t, objects, { resourceVersion });
    assert.deepEqual(
      [await fromList.change(), await fromList.change(), await fromList.change()],
      ['modified app', 'added meanwhile', 'deleted app'],
    );
  });

  test('a version that is too old is said to be', async (t) => {
    const { objects, expiredVersion } = await create(t);
    const resourceVersion = await expiredVersion();
    await assert.rejects(new Probe(t, objects, { resourceVersion }).next(), { code: 'WatchExpired' });
  });

  test('a watch ends when it is called off', async (t) => {
    const { objects } = await create(t);
    const probe = new Probe(t, objects);
    await probe.initial();
    assert.equal((await probe.stop()).done, true);
  });

  test('an object that leaves the selector counts as deleted, one that enters it as added', async (t) => {
    const { objects, apply } = await create(t);
    await apply(repository(app, { env: 'dev' }));
    await apply(repository({ namespace: 'flux-system', name: 'other' }, { env: 'prod' }));
    const probe = new Probe(t, objects, { labelSelector: 'env=dev' });
    assert.deepEqual(await probe.initial(), ['added app']);
    await objects.patchMetadata('ImageRepository', app, { labels: { env: 'prod' } });
    assert.equal(await probe.change(), 'deleted app');
    await objects.writeStatus('ImageRepository', app, { observedGeneration: 1 });
    await objects.patchMetadata('ImageRepository', app, { labels: { env: 'dev' } });
    assert.equal(await probe.change(), 'added app');
    await objects.writeStatus('ImageRepository', app, { observedGeneration: 2 });
    assert.equal(await probe.change(), 'modified app');
  });

  test('a watch of one namespace hears of no other', async (t) => {
    const { objects, apply } = await create(t);
    const probe = new Probe(t, objects, { namespace: 'team-a' });
    await probe.initial();
    await apply(repository({ namespace: 'team-b', name: 'theirs' }));
    await apply(repository({ namespace: 'team-a', name: 'ours' }));
    assert.equal(await probe.change(), 'added ours');
  });

  test('two watches do not disturb each other', async (t) => {
    const { objects, apply } = await create(t);
    const [one, two] = [new Probe(t, objects), new Probe(t, objects)];
    await Promise.all([one.initial(), two.initial()]);
    await apply(repository());
    await one.stop();
    assert.equal(await two.change(), 'added app');
  });
}

function readOnlyContract(create: StoreFactory): void {
  const key = { namespace: 'flux-system', name: 'login' };

  test('a Secret is read when it is asked for, and its version changes with its content', async (t) => {
    const { objects, apply } = await create(t);
    assert.equal(await objects.get('Secret', key), undefined);
    await apply(secret(key, { password: 'one' }));
    const first = await objects.get('Secret', key);
    await apply(secret(key, { password: 'two' }));
    const second = await objects.get('Secret', key);
    assert.deepEqual(
      [first, second].map((found) => found && secretValue(found, 'password')?.toString()),
      ['one', 'two'],
    );
    assert.notEqual(first?.metadata.resourceVersion, second?.metadata.resourceVersion);
    assert.equal(first?.type, 'Opaque');
  });

  test('a list of Secrets shows that they are there, and no data', async (t) => {
    const { objects, apply } = await create(t);
    await apply(secret(key, { password: 'hidden' }));
    const { items } = await objects.list('Secret', { namespace: key.namespace });
    assert.deepEqual(
      items.map(({ metadata, data }) => ({ name: metadata.name, data })),
      [{ name: 'login', data: {} }],
    );
  });

  test('a Namespace has its labels, and its name as one of them', async (t) => {
    const { objects, apply } = await create(t);
    await apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team-a', namespace: '', labels: { tier: 'front' } },
    });
    const namespace = await objects.get('Namespace', { namespace: '', name: 'team-a' });
    assert.deepEqual(namespace?.metadata.labels, { tier: 'front', 'kubernetes.io/metadata.name': 'team-a' });
  });
}

function eventContract(create: StoreFactory): void {
  const event = {
    kind: 'ImageRepository',
    object: repository(),
    type: 'Normal',
    reason: 'Succeeded',
    message: 'successful scan',
  } as const;

  test('an event that repeats is counted', async (t) => {
    const { events } = await create(t);
    await events.record(event);
    await events.record({ ...event, message: 'another' });
    await events.record(event);
    const list = await events.list();
    assert.deepEqual(
      list.map(({ message, count }) => [message, count]),
      [
        ['another', 1],
        ['successful scan', 2],
      ],
    );
    const [, repeated] = list;
    assert.deepEqual(
      [
        repeated?.kind,
        repeated?.type,
        repeated?.reason,
        repeated?.involvedObject.kind,
        repeated?.involvedObject.name,
      ],
      ['Event', 'Normal', 'Succeeded', 'ImageRepository', 'app'],
    );
    assert.ok((repeated?.firstTimestamp ?? 'z') <= (repeated?.lastTimestamp ?? ''));
  });

  test('a trace is an event like any other', async (t) => {
    const { events } = await create(t);
    await events.record({ ...event, type: 'Trace' });
    await events.record({ ...event, type: 'Warning', reason: 'Failed' });
    assert.deepEqual(
      (await events.list()).map(({ type }) => type),
      ['Normal', 'Warning'],
    );
  });

  test('events are found by namespace, kind and name', async (t) => {
    const { events } = await create(t);
    await events.record(event);
    await events.record({ ...event, object: repository({ namespace: 'team-a', name: 'other' }) });
    await events.record({ ...event, kind: 'ImagePolicy' });
    assert.equal((await events.list({ namespace: 'team-a' })).length, 1);
    assert.equal((await events.list({ kind: 'ImagePolicy', name: 'app' })).length, 1);
    assert.equal((await events.list({ name: 'nobody' })).length, 0);
  });

  test('a watch of events shows those that are there, and each as it comes', async (t) => {
    const { events } = await create(t);
    const abort = new AbortController();
    t.after(() => abort.abort());
    await events.record(event);
    const watch = events.watch({ name: 'app', signal: abort.signal })[Symbol.asyncIterator]();
    const first = await watch.next();
    const waiting = watch.next();
    await events.record({ ...event, object: repository({ namespace: 'a', name: 'other' }) });
    await events.record(event);
    const second = await waiting;
    assert.ok(first.done !== true && second.done !== true);
    assert.deepEqual([first.value.count, second.value.count], [1, 2]);
    const last = watch.next();
    abort.abort();
    assert.equal((await last).done, true);
  });
}
