/** A registry that hangs, or refuses, delays the objects of no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startLoop, type Loop } from '../../test/builders/loop.ts';
import type { FaultAnswer, RequestKind } from '../../test/fakes/registry/faults.ts';
import { startRegistry, type RunningRegistry } from '../../test/fakes/registry/start-registry.ts';

const others = 200;
const stuck = 40;

function pair(name: string, image: string, reflection = ''): string {
  return `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: ${name}, namespace: apps}
spec: {image: ${image}, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: ${name}, namespace: apps}
spec: {imageRepositoryRef: {name: ${name}}, policy: {semver: {range: '>=1.0.0'}}${reflection}}
`;
}

async function badRegistry(t: TestContext, on: RequestKind, answer: FaultAnswer): Promise<RunningRegistry> {
  const running = await startRegistry({ generate: () => ['1.0.0'] });
  t.after(() => running.close());
  running.registry.fault({ on, answer });
  return running;
}

async function countReady(
  loop: Loop,
  kind: 'ImageRepository' | 'ImagePolicy',
  prefix: string,
): Promise<number> {
  const names = Array.from({ length: others }, (_, index) => `${prefix}-${index}`);
  const objects = await Promise.all(names.map((name) => loop.get(kind, name)));
  const isReady = (object: (typeof objects)[number]): boolean =>
    object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  return objects.filter(isReady).length;
}

/** The bad registry's objects come first, and are under way; then those of the good one. */
async function play(t: TestContext, bad: RunningRegistry, reflection = ''): Promise<Loop> {
  const loop = await startLoop(t, { registry: { generate: () => ['1.0.0', '1.1.0'] } });
  const sick = Array.from({ length: stuck }, (_, n) => pair(`bad-${n}`, `${bad.host}/app-${n}`, reflection));
  loop.write('a-bad.yaml', sick.join('---\n'));
  await loop.until(() => bad.registry.requests.some(({ path }) => path !== '/v2/'));
  const well = Array.from({ length: others }, (_, n) => pair(`good-${n}`, `HOST/app-${n}`));
  loop.write('b-good.yaml', well.join('---\n'));
  await loop.until(async () => (await countReady(loop, 'ImagePolicy', 'good')) === others);
  assert.equal(await countReady(loop, 'ImageRepository', 'good'), others);
  // One scan each: nobody had to try again.
  const scans = loop.registry.requests.filter(({ path }) => path.endsWith('/tags/list'));
  assert.equal(scans.length, others);
  return loop;
}

test('200 repositories go on while another registry hangs at its tag lists', async (t) => {
  const bad = await badRegistry(t, 'tags', { kind: 'hang' });
  const loop = await play(t, bad);
  assert.equal(await countReady(loop, 'ImageRepository', 'bad'), 0);
});

test('200 policies go on while the digests of another registry hang', async (t) => {
  const bad = await badRegistry(t, 'manifest', { kind: 'hang' });
  const loop = await play(t, bad, ', digestReflectionPolicy: Always, interval: 1h');
  assert.equal(await countReady(loop, 'ImagePolicy', 'bad'), 0);
});

test('200 repositories go on while another registry refuses for want of patience', async (t) => {
  const bad = await badRegistry(t, 'tags', { kind: 'status', status: 429, headers: { 'retry-after': '30' } });
  const loop = await play(t, bad);
  assert.equal(await countReady(loop, 'ImageRepository', 'bad'), 0);
  // One request found it out for all of them; those that were under way beside it are the rest.
  assert.ok(bad.registry.requests.filter(({ status }) => status === 429).length <= 16);
});
