import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, Registry } from 'prom-client';
import { Metrics } from './metrics.ts';

const ready = { type: 'ready', requeueAfterMs: 1000 };

function metrics(): Metrics {
  return new Metrics(() => ({ ImagePolicy: 3 }));
}

async function textOf(ours: Metrics): Promise<string> {
  let text = '';
  for await (const piece of ours.pieces()) text += piece;
  return text;
}

/** The lines of one metric. */
function linesOf(text: string, name: string): readonly string[] {
  return text.split('\n').filter((line) => line.includes(name));
}

test('durations look as those of an ordinary histogram', async () => {
  const passes = [0.001, 0.01, 0.011, 0.5, 0.5, 1800, 1801, 7200];
  const buckets = Array.from({ length: 10 }, (_, index) => 0.01 * (1800 / 0.01) ** (index / 9));
  const registry = new Registry();
  const usual = new Histogram({
    name: 'gotk_reconcile_duration_seconds',
    help: 'The duration in seconds of a GitOps Toolkit resource reconciliation.',
    labelNames: ['kind', 'name', 'namespace'],
    buckets,
    registers: [registry],
  });
  const ours = metrics();
  for (const [index, seconds] of passes.entries()) {
    const name = index % 2 === 0 ? 'web' : 'quo"ted';
    usual.observe({ kind: 'ImagePolicy', namespace: 'apps', name }, seconds);
    ours.ran('ImagePolicy', `apps/${name}`, { seconds, outcome: ready });
  }
  const name = 'gotk_reconcile_duration_seconds';
  const sorted = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replace(/\{(.*)\}/, (_, labels: string) => labels.split(',').toSorted().join()));
  assert.deepEqual(
    sorted(linesOf(await textOf(ours), name)),
    sorted(linesOf(await registry.metrics(), name)),
  );
});

test('an object that is gone is not told of any more, and a new one begins at nought', async () => {
  const ours = metrics();
  ours.ran('ImagePolicy', 'apps/web', { seconds: 1, outcome: ready });
  ours.deleted('ImagePolicy', 'apps/web');
  assert.deepEqual(linesOf(await textOf(ours), 'name="web"'), []);
  ours.ran('ImagePolicy', 'apps/web', { seconds: 2, outcome: ready });
  assert.deepEqual(linesOf(await textOf(ours), 'duration_seconds_sum'), [
    'gotk_reconcile_duration_seconds_sum{kind="ImagePolicy",name="web",namespace="apps"} 2',
  ]);
});

test('passes are counted by their result, and errors apart', async () => {
  const ours = metrics();
  ours.ran('ImagePolicy', 'apps/a', { seconds: 1, outcome: { type: 'ready' } });
  ours.ran('ImagePolicy', 'apps/a', { seconds: 1, outcome: ready });
  ours.ran('ImagePolicy', 'apps/a', { seconds: 1, outcome: { type: 'pending' } });
  ours.ran('ImagePolicy', 'apps/a', { seconds: 1, outcome: { type: 'failed' } });
  ours.ran('ImagePolicy', 'apps/a', { seconds: 1, outcome: undefined });
  const lines = (await textOf(ours)).split('\n').filter((line) => line.startsWith('controller_runtime_'));
  assert.deepEqual(lines.toSorted(), [
    'controller_runtime_reconcile_errors_total{controller="imagepolicy"} 1',
    'controller_runtime_reconcile_total{controller="imagepolicy",result="error"} 1',
    'controller_runtime_reconcile_total{controller="imagepolicy",result="requeue_after"} 2',
    'controller_runtime_reconcile_total{controller="imagepolicy",result="success"} 2',
  ]);
});

test('the depth of each queue is looked up when somebody asks', async () => {
  assert.deepEqual(linesOf(await textOf(metrics()), 'workqueue_depth{'), [
    'workqueue_depth{name="imagepolicy"} 3',
  ]);
});

test('questions for logins are counted with Flux’s names, until their object is gone', async () => {
  const ours = metrics();
  const purpose = { kind: 'ImageRepository', namespace: 'apps', name: 'web' };
  ours.askedForLogin({ type: 'miss', purpose, size: 0 });
  ours.askedForLogin({ type: 'exchanged', size: 1 });
  ours.askedForLogin({ type: 'hit', purpose, size: 1 });
  ours.askedForLogin({ type: 'hit', purpose, size: 1 });
  ours.askedForLogin({ type: 'miss', purpose: { ...purpose, name: 'other' }, size: 1 });
  ours.askedForLogin({ type: 'failed', size: 1 });
  ours.askedForLogin({ type: 'eviction', size: 2 });
  const shown = async (): Promise<readonly string[]> =>
    (await textOf(ours)).split('\n').filter((line) => line.startsWith('gotk_token'));
  const labels = 'kind="ImageRepository",name="web",namespace="apps",operation="reconcile"';
  const others = [
    `gotk_token_cache_events_total{event_type="cache_miss",${labels.replace('web', 'other')}} 1`,
    'gotk_token_cache_requests_total{status="success"} 3',
    'gotk_token_cache_requests_total{status="failure"} 1',
    'gotk_token_cache_evictions_total 1',
    'gotk_token_cached_items 2',
  ];
  assert.deepEqual(await shown(), [
    `gotk_token_cache_events_total{event_type="cache_miss",${labels}} 1`,
    `gotk_token_cache_events_total{event_type="cache_hit",${labels}} 2`,
    ...others,
  ]);
  ours.deleted('ImageRepository', 'apps/web');
  assert.deepEqual(await shown(), others);
});
