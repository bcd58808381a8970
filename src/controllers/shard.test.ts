import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoop } from '../../test/builders/loop.ts';

const repository = (name: string, shard: string): string => `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: ${name}, namespace: apps, labels: {shard: ${shard}}}
spec: {image: HOST/app, interval: 1h}
`;
const policy = (name: string, shard: string, of: string): string => `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: ${name}, namespace: apps, labels: {shard: ${shard}}}
spec:
  imageRepositoryRef: {name: ${of}}
  policy: {semver: {range: '>=1.0.0'}}
`;

test('objects of another shard are left alone, and worked on as soon as they enter ours', async (t) => {
  const loop = await startLoop(t, { shard: 'shard=one' });
  loop.registry.push('app', '1.0.0');
  loop.write('ours.yaml', [repository('ours', 'one'), policy('ours', 'one', 'ours')].join('---'));
  loop.write('theirs.yaml', [repository('theirs', 'two'), policy('theirs', 'two', 'ours')].join('---'));
  const tagOf = async (name: string): Promise<string | undefined> =>
    (await loop.get('ImagePolicy', name))?.status?.latestRef?.tag;
  await loop.until(async () => (await tagOf('ours')) === '1.0.0');
  await loop.idle();
  assert.deepEqual(await loop.conditions('ImageRepository', 'theirs'), []);
  assert.deepEqual(await loop.conditions('ImagePolicy', 'theirs'), []);
  // Nor do they have a finalizer that nobody here would remove.
  assert.deepEqual((await loop.get('ImageRepository', 'theirs'))?.metadata.finalizers ?? [], []);

  loop.write('theirs.yaml', [repository('theirs', 'one'), policy('theirs', 'one', 'theirs')].join('---'));
  await loop.until(async () => (await tagOf('theirs')) === '1.0.0');
});

test('what another shard finds does not wake those that have left ours', async (t) => {
  const loop = await startLoop(t, { shard: 'shard=one' });
  loop.registry.push('app', '1.0.0');
  loop.write('r.yaml', repository('ours', 'one'));
  loop.write('p.yaml', policy('ours', 'one', 'ours'));
  const tag = async (): Promise<string | undefined> =>
    (await loop.get('ImagePolicy', 'ours'))?.status?.latestRef?.tag;
  await loop.until(async () => (await tag()) === '1.0.0');
  loop.write('p.yaml', policy('ours', 'two', 'ours'));
  await loop.until(async () => (await loop.get('ImagePolicy', 'ours'))?.metadata.labels?.['shard'] === 'two');
  loop.registry.push('app', '1.1.0');
  await loop.request('ImageRepository', 'ours');
  assert.equal(await tag(), '1.0.0');
});
