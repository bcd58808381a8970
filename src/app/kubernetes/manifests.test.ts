import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifestText, readManifests, type Flavour } from './manifests.ts';

const flavours: readonly Flavour[] = ['standalone', 'beside-flux'];

for (const flavour of flavours) {
  test(`${flavour}: namespace and definitions come first, the controller last`, () => {
    const kinds = readManifests({ flavour, namespace: 'flux-system' }).map(({ kind }) => kind);
    const lastDefinition = kinds.lastIndexOf('CustomResourceDefinition');
    assert.equal(kinds.at(-1), 'Deployment');
    assert.equal(
      kinds.slice(0, lastDefinition + 1).every((kind) => /Namespace|CustomResourceDefinition/.test(kind)),
      true,
    );
  });

  test(`${flavour}: everything moves to another namespace`, () => {
    const choice = { flavour, namespace: 'images' };
    const moved = readManifests(choice);
    const places = moved.flatMap(({ metadata }) => metadata.namespace ?? []);
    assert.deepEqual([...new Set(places)], ['images']);
    const [binding] = moved.filter(({ kind }) => kind === 'ClusterRoleBinding');
    assert.deepEqual(binding?.['subjects'], [
      { kind: 'ServiceAccount', name: 'tidemark', namespace: 'images' },
    ]);
    assert.doesNotMatch(manifestText(choice), /namespace: flux-system/);
  });

  test(`${flavour}: everything carries the label that it is found by`, () => {
    for (const { kind, metadata } of readManifests({ flavour, namespace: 'flux-system' }))
      assert.equal(metadata.labels?.['app.kubernetes.io/name'], 'tidemark', `${kind} ${metadata.name}`);
  });
}

test('definitions of Flux’s kinds are only in what is installed alone', () => {
  const definitions = (flavour: Flavour): number =>
    readManifests({ flavour, namespace: 'flux-system' }).filter(
      ({ kind }) => kind === 'CustomResourceDefinition',
    ).length;
  assert.deepEqual(flavours.map(definitions), [4, 0]);
});
