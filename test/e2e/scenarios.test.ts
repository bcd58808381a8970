/** 35 whole runs of Flux's own controllers, replayed: statuses, events, commits and files are the same, or the difference is a known one. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { canaries } from './harness/canaries.ts';
import { tidemarkIn } from './harness/tidemark.ts';
import { createWorkspace } from './harness/workspace.ts';
import { embeddedHome } from './scenarios/embedded-home.ts';
import { playAsFlux, titleOf, wantedScenarios } from './scenarios/play-as-flux.ts';
import type { Peers } from './scenarios/scenario-run.ts';
import { startPeers } from './scenarios/start-peers.ts';

const planted = canaries(['CANARY-git-pw', 'CANARY-reg-pw']);

suite('scenarios observed with Flux', { concurrency: 3 }, () => {
  const endings: (() => unknown)[] = [];
  const ending = { after: (end: () => unknown) => void endings.push(end), diagnostic: () => undefined };
  let peers: Peers;

  before(async () => {
    peers = await startPeers(ending, createWorkspace(ending));
  });
  after(async () => {
    for (const end of endings.reverse()) await end();
  });

  for (const scenario of wantedScenarios()) {
    test(titleOf(scenario), async (t) => {
      const workspace = createWorkspace(t);
      const tidemark = tidemarkIn(workspace);
      await playAsFlux(scenario, { peers, home: embeddedHome(workspace, tidemark) });
      const leaks = [
        ...planted.searchBytes('output', tidemark.transcript()),
        ...planted.searchFolder(workspace.root, (path) => path.includes('/objects/')),
      ];
      assert.deepEqual(leaks, []);
    });
  }
});
