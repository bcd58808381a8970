import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Ground, Overlay } from './overlay.ts';
import { laidOver, patchOverlay, rebase, suspendOverlay } from './overlay.ts';

const ground: Ground = { suspend: null, annotations: { note: 'mine' }, labels: { team: 'web' } };

test('a value lies over that of the manifest, and null hides it', () => {
  const overlay = patchOverlay({}, { annotations: { note: null, at: '1' }, labels: { team: 'db' } }, ground);
  assert.deepEqual(laidOver(ground.annotations, overlay.annotations), { at: '1' });
  assert.deepEqual(laidOver(ground.labels, overlay.labels), { team: 'db' });
});

test('a value that the manifest has anyway needs no overlay', () => {
  const overlay = patchOverlay({}, { labels: { team: 'db' } }, ground);
  assert.deepEqual(patchOverlay(overlay, { labels: { team: 'web' } }, ground), {});
});

test('a patch that changes nothing gives the same overlay back', () => {
  const overlay: Overlay = patchOverlay({}, { annotations: { at: '1' }, finalizers: ['f'] }, ground);
  assert.equal(
    patchOverlay(overlay, { annotations: { at: '1', gone: null }, finalizers: ['f'] }, ground),
    overlay,
  );
  assert.equal(suspendOverlay(overlay, false, ground), overlay);
});

test('the newest word wins: what the owner changes in the YAML afterwards counts again', () => {
  const overlay = patchOverlay(
    {},
    { labels: { team: 'db', tier: 'back' }, annotations: { note: null } },
    ground,
  );
  const edited = { ...ground, labels: { team: 'ops' }, annotations: { note: 'mine' } };
  const after = rebase(overlay, edited);
  assert.deepEqual(laidOver(edited.labels, after.labels), { team: 'ops', tier: 'back' });
  assert.deepEqual(laidOver(edited.annotations, after.annotations), {});
});

test('a suspension stays through other edits, and ends when the owner says something about it', () => {
  const overlay = suspendOverlay({}, true, ground);
  assert.deepEqual(overlay.suspend, { value: true, over: null });
  assert.equal(rebase(overlay, { ...ground, labels: {} }).suspend?.value, true);
  assert.equal(rebase(overlay, { ...ground, suspend: false }).suspend, undefined);
  assert.equal(rebase(overlay, { ...ground, suspend: true }).suspend, undefined);
});

test('a label that is named like something every object has is a label like any other', () => {
  const overlay = patchOverlay({}, { labels: { constructor: 'x', ['__proto__']: 'y' } }, ground);
  assert.deepEqual(Object.entries(laidOver({}, overlay.labels)), [
    ['constructor', 'x'],
    ['__proto__', 'y'],
  ]);
  assert.deepEqual(
    laidOver({}, patchOverlay(overlay, { labels: { constructor: null } }, ground).labels).constructor,
    Object,
  );
});
