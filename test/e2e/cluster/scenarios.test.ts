/** The recorded runs of Flux's own controllers once more, on a real API server: the same objects, steps, statuses, events and commits. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canaries } from '../harness/canaries.ts';
import { tidemarkIn, type Running } from '../harness/tidemark.ts';
import { createWorkspace } from '../harness/workspace.ts';
import { playAsFlux, titleOf, wantedScenarios } from '../scenarios/play-as-flux.ts';
import type { Peers } from '../scenarios/scenario-run.ts';
import { startPeers } from '../scenarios/start-peers.ts';
import { clusterHome } from './cluster-home.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from './harness/control-plane.ts';

const crds = fileURLToPath(new URL('../../../deploy/crds/', import.meta.url));
const planted = canaries(['CANARY-git-pw', 'CANARY-reg-pw']);

suite('scenarios observed with Flux, in a cluster', { concurrency: 3 }, () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  const workspace = createWorkspace(ending);
  const tidemark = tidemarkIn(workspace);
  let peers: Peers;
  let controlPlane: ControlPlane;
  let controller: Running;

  before(async () => {
    const missing = controlPlaneMissing();
    if (missing !== false) throw new Error(missing);
    controlPlane = await startControlPlane();
    endings.push(() => controlPlane.stop());
    for (const file of readdirSync(crds)) controlPlane.kubectl(['apply', '-f', join(crds, file)]);
    controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    peers = await startPeers(ending, workspace);
    controller = tidemark.start(
      'controller',
      '--kubeconfig',
      controlPlane.kubeconfig,
      '--storage-path',
      workspace.path('storage'),
      '--health-addr',
      'off',
      '--metrics-addr',
      'off',
      '--log-level',
      'debug',
    );
    endings.push(() => controller.stop());
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  for (const scenario of wantedScenarios()) {
    test(titleOf(scenario), async () => {
      await playAsFlux(scenario, { peers, home: clusterHome(controlPlane) });
      assert.deepEqual(planted.searchBytes('output', tidemark.transcript()), []);
    });
  }
});
