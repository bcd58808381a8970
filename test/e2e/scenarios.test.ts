/** 35 whole runs of Flux's own controllers, replayed: statuses, events, commits and files are the same, or the difference is a known one. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { canaries } from './harness/canaries.ts';
import { tidemarkIn } from './harness/tidemark.ts';
import { createWorkspace } from './harness/workspace.ts';
import { knownDifferences } from './scenario-differences.ts';
import { formatDifferences, isSameDifference, type Difference } from './scenarios/compare.ts';
import { embeddedHome } from './scenarios/embedded-home.ts';
import { runScenario } from './scenarios/run-scenario.ts';
import type { Peers } from './scenarios/scenario-run.ts';
import { readScenarios } from './scenarios/scenario.ts';
import { startPeers } from './scenarios/start-peers.ts';

/** `TIDEMARK_SCENARIO=u02` plays only those whose name begins so. */
const wanted = process.env['TIDEMARK_SCENARIO'] ?? '';
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

  for (const scenario of readScenarios().filter(({ name }) => name.startsWith(wanted))) {
    const known = knownDifferences[scenario.name] ?? [];
    const title = known.length === 0 ? 'as Flux' : 'as Flux but for known differences';
    test(`${scenario.name}: ${title}`, async (t) => {
      const workspace = createWorkspace(t);
      const tidemark = tidemarkIn(workspace);
      const home = embeddedHome(workspace, tidemark);
      const isKnown = (difference: Difference): boolean =>
        known.some((other) => isSameDifference(other, difference));
      let differences: readonly Difference[];
      try {
        differences = await runScenario(scenario, {
          peers,
          home,
          settleMs: 1500,
          timeoutMs: 25_000,
          isKnown,
        });
      } finally {
        await home.stop();
      }
      const unknown = differences.filter((difference) => !isKnown(difference));
      assert.equal(formatDifferences(unknown), '', `in ${scenario.name}`);
      const certain = known.filter(({ isTiming }) => isTiming !== true);
      const gone = certain.filter(
        (difference) => !differences.some((other) => isSameDifference(difference, other)),
      );
      assert.equal(formatDifferences(gone), '', `no longer different in ${scenario.name}`);
      const leaks = [
        ...planted.searchBytes('output', tidemark.transcript()),
        ...planted.searchFolder(workspace.root, (path) => path.includes('/objects/')),
      ];
      assert.deepEqual(leaks, []);
    });
  }
});
