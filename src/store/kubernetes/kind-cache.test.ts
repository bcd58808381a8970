import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ImagePolicy } from '../../api/image-policy.ts';
import type { Happening } from '../watch-hub.ts';
import { KindCache } from './kind-cache.ts';

function policy(name: string, resourceVersion: string, uid = `uid-${name}`): ImagePolicy {
  return {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { namespace: 'apps', name, uid, resourceVersion },
    spec: { imageRepositoryRef: { name: 'r' }, policy: {}, digestReflectionPolicy: 'Never' },
  };
}

function create() {
  const told: string[] = [];
  const cache = new KindCache('ImagePolicy', ({ before, after }: Happening) => {
    const changed = after === undefined ? 'deleted' : 'modified';
    const type = before === undefined ? 'added' : changed;
    const { name, uid, resourceVersion } = (after ?? before)!.metadata;
    told.push(`${type} ${name}${uid === `uid-${name}` ? '' : ` ${uid}`} ${resourceVersion}`);
  });
  const versionOf = (name: string): string | undefined => cache.get(`apps/${name}`)?.metadata.resourceVersion;
  return { cache, told, versionOf };
}

test('a write of our own is there at once, and its echo is no news', () => {
  const { cache, told, versionOf } = create();
  cache.replace([policy('a', '5')], '10');
  cache.wrote(policy('a', '12'));
  assert.equal(versionOf('a'), '12');
  cache.present(policy('a', '12'), '12');
  assert.deepEqual(told, ['added a 5', 'modified a 12']);
});

test('what was written by others before our own write does not take its place', () => {
  const { cache, told, versionOf } = create();
  cache.replace([policy('a', '5')], '10');
  cache.wrote(policy('a', '12'));
  cache.present(policy('a', '11'), '11');
  assert.equal(versionOf('a'), '12');
  cache.present(policy('a', '13'), '13');
  assert.equal(versionOf('a'), '13');
  assert.deepEqual(told, ['added a 5', 'modified a 12', 'modified a 13']);
});

test('an answer that arrives after the watch has passed it brings nothing back', () => {
  const { cache, told } = create();
  cache.replace([policy('a', '5')], '10');
  cache.present(policy('a', '12'), '12');
  cache.absent(policy('a', '13'), '13');
  cache.wrote(policy('a', '12'));
  assert.equal(cache.get('apps/a'), undefined);
  assert.deepEqual(told, ['added a 5', 'modified a 12', 'deleted a 12']);
});

test('an object that we have deleted stays gone, whatever older news still come', () => {
  const { cache, told } = create();
  cache.replace([policy('a', '5')], '10');
  cache.deleted('apps/a', 'uid-a');
  cache.present(policy('a', '11'), '11');
  cache.wrote(policy('a', '12'));
  assert.equal(cache.get('apps/a'), undefined);
  cache.absent(policy('a', '13'), '13');
  assert.deepEqual(told, ['added a 5', 'deleted a 5']);
});

test('an object that we have deleted before we ever saw it stays gone', () => {
  const { cache, told } = create();
  cache.replace([], '10');
  cache.deleted('apps/a', 'uid-a');
  cache.present(policy('a', '11'), '11');
  assert.equal(cache.get('apps/a'), undefined);
  assert.deepEqual(told, []);
});

test('one that was made anew under the same name is another one: the old goes, the new comes', () => {
  const { cache, told } = create();
  cache.replace([policy('a', '5')], '10');
  cache.wrote(policy('a', '13', 'other'));
  // The watch is still at the old one.
  cache.absent(policy('a', '12'), '12');
  cache.present(policy('a', '13', 'other'), '13');
  assert.equal(cache.get('apps/a')?.metadata.uid, 'other');
  assert.deepEqual(told, ['added a 5', 'deleted a 5', 'added a other 13']);
});

test('a new list tells what has gone, what has changed and what is new, and keeps our own newer writes', () => {
  const { cache, told } = create();
  cache.replace([policy('gone', '1'), policy('same', '2'), policy('old', '3')], '10');
  cache.wrote(policy('ours', '25'));
  told.length = 0;
  cache.replace([policy('same', '2'), policy('old', '15'), policy('new', '16')], '20');
  assert.deepEqual(told, ['modified old 15', 'added new 16', 'deleted gone 1']);
  assert.equal(cache.get('apps/ours')?.metadata.resourceVersion, '25');
});

test('a list from before our deletion does not bring the object back, and one from after it ends the matter', () => {
  const { cache } = create();
  cache.replace([policy('a', '5')], '10');
  cache.deleted('apps/a', 'uid-a');
  cache.replace([policy('a', '5')], '11');
  assert.equal(cache.get('apps/a'), undefined);
  cache.replace([], '12');
  cache.present(policy('a', '14'), '14');
  assert.equal(cache.get('apps/a')?.metadata.resourceVersion, '14');
});

test('a cluster that was restored from a backup is believed, although its versions are lower', () => {
  const { cache, told } = create();
  cache.replace([policy('a', '50'), policy('b', '51')], '100');
  cache.deleted('apps/b', 'uid-b');
  told.length = 0;
  cache.replace([policy('a', '30'), policy('b', '31')], '40');
  assert.deepEqual(told, ['modified a 30', 'added b 31']);
  cache.present(policy('a', '41'), '41');
  assert.equal(cache.get('apps/a')?.metadata.resourceVersion, '41');
});
