import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ObjectCodec } from './object-codec.ts';

const meta = { name: 'web', namespace: 'apps', uid: 'u', resourceVersion: '7', generation: 2 };

test('an object from a server is trimmed of what nobody reads', () => {
  const object = new ObjectCodec('ImagePolicy').fromServer({
    metadata: {
      ...meta,
      managedFields: [{ manager: 'kubectl' }],
      ownerReferences: [{ kind: 'Kustomization' }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'mine' },
    },
    spec: { imageRepositoryRef: { name: 'r' }, policy: { numerical: {} } },
    status: { observedGeneration: -1 },
  });
  assert.deepEqual(object, {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { ...meta, annotations: { note: 'mine' } },
    spec: {
      imageRepositoryRef: { name: 'r' },
      policy: { numerical: { order: 'asc' } },
      digestReflectionPolicy: 'Never',
    },
    status: { observedGeneration: -1 },
  });
  assert.ok(Object.isFrozen(object.spec.policy));
});

test('what a newer definition allows stays; what an odd object lacks is empty, as Go would read it', () => {
  const codec = new ObjectCodec('ImageUpdateAutomation');
  const odd = codec.fromServer({ metadata: meta });
  assert.equal(odd.spec.interval, '');
  assert.deepEqual(odd.spec.sourceRef, { kind: 'GitRepository', name: '' });
  assert.deepEqual(odd.spec.update, { strategy: 'Setters' });
  assert.equal(odd.spec.git, undefined);
  const newer = codec.fromServer({
    metadata: meta,
    spec: { interval: '5m', novelty: { a: 1 }, suspend: null },
  });
  assert.deepEqual((newer.spec as unknown as Record<string, unknown>)['novelty'], { a: 1 });
  assert.ok(!('suspend' in newer.spec));
});

test('a status that somebody has edited by hand is read without harm', () => {
  const status = { conditions: [{ type: 'Ready' }], lastScanResult: { tagCount: 3 }, surprise: [1] };
  const object = new ObjectCodec('ImageRepository').fromServer({ metadata: meta, spec: {}, status });
  assert.deepEqual(object.status?.conditions, [
    { type: 'Ready', status: 'True', lastTransitionTime: '', reason: '', message: '' },
  ]);
  assert.deepEqual(object.status?.lastScanResult, { tagCount: 3, revision: '' });
});

test('a Secret keeps its type and data, and as metadata alone shows none', () => {
  const codec = new ObjectCodec('Secret');
  const full = codec.fromServer({ metadata: meta, type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==' } });
  assert.deepEqual([full.type, full.data], ['kubernetes.io/tls', { 'tls.crt': 'eA==' }]);
  assert.deepEqual(codec.fromServer({ metadata: meta }).data, {});
});

test('a Namespace stands in no namespace', () => {
  const object = new ObjectCodec('Namespace').fromServer({ metadata: { name: 'apps', labels: { a: 'b' } } });
  assert.deepEqual(object.metadata, { name: 'apps', namespace: '', labels: { a: 'b' } });
});

test('what is sent has what a person writes, and nothing that only a server sets', () => {
  const codec = new ObjectCodec('ImagePolicy');
  const object = codec.fromServer({
    metadata: { ...meta, labels: { team: 'a' } },
    spec: { imageRepositoryRef: { name: 'r' }, policy: {} },
    status: { observedGeneration: 1 },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(codec.toServer(object))), {
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    metadata: { name: 'web', namespace: 'apps', labels: { team: 'a' } },
    spec: { imageRepositoryRef: { name: 'r' }, policy: {}, digestReflectionPolicy: 'Never' },
  });
});

test('something that is no object is refused', () => {
  assert.throws(() => new ObjectCodec('ImagePolicy').fromServer({ kind: 'Status' }), {
    code: 'ClusterFailed',
  });
});
