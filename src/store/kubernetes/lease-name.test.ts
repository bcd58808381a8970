import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseName } from './lease-name.ts';

test('every shard has a lease of its own, named as Flux names it', () => {
  assert.equal(leaseName('tidemark', undefined), 'tidemark-leader-election');
  assert.equal(leaseName('tidemark', ''), 'tidemark-leader-election');
  assert.equal(
    leaseName('image-reflector-controller', 'sharding.fluxcd.io/key=shard1'),
    'image-reflector-controller-leader-election-73fdc1be',
  );
  assert.equal(leaseName('tidemark', '!sharding.fluxcd.io/key'), 'tidemark-leader-election-42da7484');
});
