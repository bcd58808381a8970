import assert from 'node:assert/strict';
import { knownDifferences } from '../scenario-differences.ts';
import { formatDifferences, isSameDifference, type Difference } from './compare.ts';
import type { Home } from './home.ts';
import { runScenario } from './run-scenario.ts';
import type { Peers } from './scenario-run.ts';
import { readScenarios, type Scenario } from './scenario.ts';

/** The scenarios to play. `TIDEMARK_SCENARIO=u02` plays only those whose name begins so. */
export function wantedScenarios(): readonly Scenario[] {
  const wanted = process.env['TIDEMARK_SCENARIO'] ?? '';
  return readScenarios().filter(({ name }) => name.startsWith(wanted));
}

export function titleOf({ name }: Scenario): string {
  return `${name}: ${name in knownDifferences ? 'as Flux but for known differences' : 'as Flux'}`;
}

/** Plays a scenario in a home. What it leaves behind is what Flux left, but for the known differences, each of which must be there. */
export async function playAsFlux(
  scenario: Scenario,
  { peers, home }: { readonly peers: Peers; readonly home: Home },
): Promise<void> {
  const known = knownDifferences[scenario.name] ?? [];
  const isKnown = (difference: Difference): boolean =>
    known.some((other) => isSameDifference(other, difference));
  let differences: readonly Difference[];
  try {
    differences = await runScenario(scenario, { peers, home, settleMs: 1500, timeoutMs: 25_000, isKnown });
  } finally {
    await home.stop();
  }
  const unknown = differences.filter((difference) => !isKnown(difference));
  assert.equal(formatDifferences(unknown), '', `in ${scenario.name}`);
  const certain = known.filter(({ isTiming }) => isTiming !== true);
  const gone = certain.filter((one) => !differences.some((other) => isSameDifference(one, other)));
  assert.equal(formatDifferences(gone), '', `no longer different in ${scenario.name}`);
}
