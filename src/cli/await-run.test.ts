import assert from 'node:assert/strict';
import { test } from 'node:test';

import { imagePolicy } from '../../test/builders/image-policy.ts';
import type { ImagePolicy } from '../api/image-policy.ts';
import type { Condition } from '../api/object.ts';
import type { Home } from '../app/home.ts';
import { TidemarkError } from '../model/errors.ts';
import { awaitRun, isSettled, reportRun } from './await-run.ts';
import { Output } from './output.ts';

const ready = (status: Condition['status'], message: string, observedGeneration = 1): Condition => ({
  type: 'Ready',
  status,
  reason: 'x',
  message,
  observedGeneration,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const policyWith = (...conditions: Condition[]): ImagePolicy =>
  imagePolicy({ status: { conditions, latestRef: { name: 'a/b', tag: '1.0.0' } } });

const waiting = imagePolicy();
const done = policyWith(ready('True', 'selected'));
const failed = policyWith(ready('False', 'nothing fits'));

interface Script {
  /** What `worker()` says, one answer a call; the last one stays. */
  readonly workers: (string | undefined)[];
  /** What a watch shows before it waits for its end. */
  readonly watched?: ImagePolicy[];
  readonly work?: () => Promise<void>;
  readonly stored?: () => ImagePolicy | undefined;
}

/** As much of a home as waiting needs. */
function homeOf(script: Script): Home {
  const workers = [...script.workers];
  const objects = {
    get: async () => script.stored?.(),
    async *watch(_kind: string, { name, signal }: { name: string; signal: AbortSignal }) {
      for (const object of script.watched ?? [])
        if (object.metadata.name === name) yield { type: 'added', object, resourceVersion: '1' };
      yield { type: 'bookmark', resourceVersion: '1' };
      if (!signal.aborted)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  };
  return {
    objects,
    whyIdle: async () => undefined,
    worker: () => (workers.length > 1 ? workers.shift() : workers[0]),
    work: script.work ?? (() => Promise.reject(new Error('nobody should work here'))),
  } as unknown as Home;
}

function spoken(): { readonly out: Output; readonly lines: string[] } {
  const lines: string[] = [];
  const sink = {
    isTerminal: false,
    write: (text: string | Uint8Array) => void lines.push(String(text).trimEnd()),
  };
  return { out: new Output({ stdout: sink, stderr: sink, color: false, verbose: false }), lines };
}

function wait(home: Home, out: Output, timeoutMs = 30_000): Promise<ImagePolicy> {
  const key = { namespace: 'apps', name: 'app' };
  const { signal } = new AbortController();
  return awaitRun(home, { kind: 'ImagePolicy', key, timeoutMs, signal, isOver: isSettled }, out);
}

test('the outcome of the process that does the work is waited for', async () => {
  const { out, lines } = spoken();
  const other = imagePolicy({ name: 'other', status: done.status });
  assert.equal(await wait(homeOf({ workers: ['a run'], watched: [waiting, other, done] }), out), done);
  assert.deepEqual(lines, []);
});

test('without such a process the work is done here', async () => {
  const { out, lines } = spoken();
  let object = waiting;
  const home = homeOf({
    workers: [undefined],
    work: async () => {
      object = failed;
    },
    stored: () => object,
  });
  assert.equal(reportRun(await wait(home, out), out), 1);
  assert.deepEqual(lines, [
    '► nothing else works on these objects: doing it here, once',
    "✗ ImagePolicy reconciliation failed: 'nothing fits'",
  ]);
});

test('when the process goes before it is done, the work is done here', async () => {
  const { out, lines } = spoken();
  const home = homeOf({
    workers: ['a run', undefined],
    watched: [waiting],
    work: async () => undefined,
    stored: () => done,
  });
  assert.equal(await wait(home, out), done);
  assert.equal(lines.length, 1);
});

test('when another process begins first, it is waited for', async () => {
  const { out, lines } = spoken();
  const home = homeOf({
    workers: [undefined, 'a run'],
    watched: [done],
    work: () => Promise.reject(new TidemarkError('StateLocked', 'in use')),
  });
  assert.equal(await wait(home, out), done);
  assert.equal(lines.at(-1), '◎ another process has begun to work on them');
});

test('waiting ends after the time-out, with the state that was reached', async () => {
  const { out } = spoken();
  const home = homeOf({ workers: ['a run'], watched: [waiting], stored: () => waiting });
  await assert.rejects(
    wait(home, out, 20),
    /^TidemarkError: ImagePolicy app was not done after 20ms\nits state now: waiting to be reconciled$/,
  );
});

test('an object that has gone meanwhile is not found', async () => {
  const home = homeOf({ workers: [undefined], work: async () => undefined, stored: () => undefined });
  await assert.rejects(wait(home, spoken().out), /imagepolicies\.image\.toolkit\.fluxcd\.io "app" not found/);
});

test('a run is settled when its outcome is about the newest generation', () => {
  assert.equal(isSettled(done), true);
  assert.equal(isSettled(waiting), false);
  assert.equal(isSettled({ ...done, metadata: { ...done.metadata, generation: 2 } }), false);
  assert.equal(isSettled(policyWith(ready('Unknown', 'in progress'))), false);
});
