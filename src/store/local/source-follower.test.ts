import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { silentLog } from '../../model/log.ts';
import { SourceFollower } from './source-follower.ts';
import type { WatchFolder } from './source-watcher.ts';
import { Sources } from './sources.ts';

const policy = `apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\nmetadata:\n  name: app\nspec:\n  imageRepositoryRef: {name: app}\n  policy: {alphabetical: {}}\n`;

/** A follower that has begun, and a promise of the next change that it tells. */
function follow(
  t: TestContext,
  watchFolder?: WatchFolder,
): { readonly root: string; readonly sources: Sources; change(): Promise<void> } {
  const root = mkdtempSync(join(tmpdir(), 'source-follower-'));
  const sources = new Sources({ paths: [root], except: new Set() });
  let heard: () => void = () => undefined;
  const options = { sources, log: silentLog, changed: () => heard() };
  const follower = new SourceFollower(watchFolder === undefined ? options : { ...options, watchFolder });
  sources.scan();
  follower.start();
  t.after(() => {
    follower.close();
    rmSync(root, { recursive: true, force: true });
  });
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve;
    });
  return { root, sources, change };
}

test('a change is told soon after it was made', async (t) => {
  const { root, sources, change } = follow(t);
  const told = change();
  const began = performance.now();
  writeFileSync(join(root, 'a.yaml'), policy);
  await told;
  t.diagnostic(`told after ${Math.round(performance.now() - began)} ms`);
  assert.ok(sources.find('ImagePolicy', 'flux-system/app'));
});

test('where folders cannot be watched, a change is found by looking', async (t) => {
  const { root, sources, change } = follow(t, () => {
    throw Object.assign(new Error('too many watches'), { code: 'ENOSPC' });
  });
  const told = change();
  writeFileSync(join(root, 'a.yaml'), policy);
  await told;
  assert.ok(sources.find('ImagePolicy', 'flux-system/app'));
});

test('a file that is written again and again is read before it is finished', async (t) => {
  const { root, change } = follow(t);
  const told = change();
  const file = join(root, 'a.yaml');
  const timer = setInterval(() => writeFileSync(file, `${policy}# ${performance.now()}\n`), 10);
  t.after(() => clearInterval(timer));
  await told;
});
