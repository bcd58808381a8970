import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImagePolicy } from '../api/image-policy.ts';
import { TidemarkError } from '../model/errors.ts';
import type { ObjectStore } from '../store/store.ts';
import { changeFinalizer } from './change-finalizer.ts';

function policy(finalizers: string[], resourceVersion = '1', uid = 'u'): ImagePolicy {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { namespace: 'apps', name: 'web', uid, resourceVersion, finalizers },
    spec: { imageRepositoryRef: { name: 'r' }, policy: {}, digestReflectionPolicy: 'Never' },
  };
}

/** A store with one object, which refuses writes over another version. */
function storeWith(stored: ImagePolicy | undefined) {
  const writes: (readonly string[] | undefined)[] = [];
  const store = {
    get: async () => stored,
    // oxlint-disable-next-line max-params -- the shape of the port
    patchMetadata: async (
      _kind: string,
      _key: object,
      { finalizers }: { finalizers?: readonly string[] },
      options: { resourceVersion?: string },
    ) => {
      if (stored === undefined) throw new TidemarkError('NotFound', 'gone');
      if (options.resourceVersion !== stored.metadata.resourceVersion)
        throw new TidemarkError('Conflict', 'changed');
      writes.push(finalizers);
      return { ...stored, metadata: { ...stored.metadata, finalizers: [...(finalizers ?? [])] } };
    },
  };
  return { store: store as unknown as ObjectStore, writes };
}

test('our finalizer joins those of others, and leaves them behind', async () => {
  const set = storeWith(policy(['a']));
  const object = await changeFinalizer(set.store, policy(['a']), 'set');
  assert.deepEqual(object?.metadata.finalizers, ['a', 'finalizers.fluxcd.io']);
  const removed = storeWith(policy(['a', 'finalizers.fluxcd.io', 'b']));
  await changeFinalizer(removed.store, policy(['a', 'finalizers.fluxcd.io', 'b']), 'removed');
  assert.deepEqual(removed.writes, [['a', 'b']]);
});

test('a finalizer that somebody else has set meanwhile stays', async () => {
  const { store, writes } = storeWith(policy(['a', 'foregroundDeletion'], '2'));
  await changeFinalizer(store, policy(['a']), 'set');
  assert.deepEqual(writes, [['a', 'foregroundDeletion', 'finalizers.fluxcd.io']]);
});

test('nothing is written when it is as it should be', async () => {
  const { store, writes } = storeWith(policy(['finalizers.fluxcd.io']));
  await changeFinalizer(store, policy(['finalizers.fluxcd.io']), 'set');
  await changeFinalizer(store, policy([]), 'removed');
  assert.deepEqual(writes, []);
});

test('an object that has gone, or was made anew under its name, is left alone', async () => {
  assert.equal(await changeFinalizer(storeWith(undefined).store, policy([]), 'set'), undefined);
  const { store, writes } = storeWith(policy(['finalizers.fluxcd.io'], '9', 'another'));
  assert.equal(await changeFinalizer(store, policy(['finalizers.fluxcd.io']), 'removed'), undefined);
  assert.deepEqual(writes, []);
});

test('an object that is being deleted gets no finalizer any more', async () => {
  const stored = policy(['a'], '2');
  stored.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  const { store, writes } = storeWith(stored);
  assert.equal(await changeFinalizer(store, policy(['a']), 'set'), undefined);
  assert.deepEqual(writes, []);
});
