import { setTimeout as pause } from 'node:timers/promises';
import { compareEvents, compareGit, compareSnaps, type Difference } from './compare.ts';
import type { Home, ObjectName } from './home.ts';
import { digestsIn, normaliseObservation } from './normalise.ts';
import { observeEvents, observeGit, observeSnap } from './observe.ts';
import type { Action, Observation, Scenario } from './scenario.ts';
import {
  fill,
  namespacesOf,
  onEveryRegistry,
  parseObjects,
  prepareRun,
  push,
  type Peers,
  type Run,
} from './scenario-run.ts';

export interface RunOptions {
  readonly peers: Peers;
  readonly home: Home;
  /** Stay that long as expected before it counts as quiet. */
  readonly settleMs: number;
  /** Give up waiting after that long. */
  readonly timeoutMs: number;
  /** Whether a difference is accepted, so that nobody waits for it to go away. */
  readonly isKnown: (difference: Difference) => boolean;
}

interface Waiting {
  readonly run: Run;
  readonly expected: Observation;
  readonly options: RunOptions;
}

/** Plays a scenario in `home`, and returns every difference from what was observed, known ones included. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<readonly Difference[]> {
  const { home } = options;
  const run = prepareRun(scenario, options.peers, home);
  const expected = normaliseObservation(scenario.observed, {
    hosts: [],
    digests: digestsIn(scenario.observed),
  });
  const waiting: Waiting = { run, expected, options };
  for (const [repository, tags] of Object.entries(scenario.tags)) {
    for (const tag of tags) await push(run, repository, tag);
  }

  await home.apply([...namespacesOf(scenario), ...parseObjects(fill(run, scenario.objects))]);
  const differences: Difference[] = [...(await settle(waiting, 0))];
  for (const [index, actions] of scenario.steps.entries()) {
    for (const action of actions) await perform(run, action, `token-${index}`);
    differences.push(...(await settle(waiting, index + 1)));
  }
  differences.push(...(await settleEvents(waiting)));
  return [...differences, ...compareGit(expected.git, observeGit(run))];
}

async function perform(run: Run, action: Action, token: string): Promise<void> {
  const { home, scenario, repositories } = run;
  const object = (kind: string, name: string): ObjectName => ({ kind, namespace: scenario.name, name });
  switch (action[0]) {
    case 'push':
      return push(run, action[1], action[2]);
    case 'untag':
      return onEveryRegistry(run, (registry) => registry.untag(fill(run, action[1]), action[2]));
    case 'request': {
      const annotations = { 'reconcile.fluxcd.io/requestedAt': token };
      return home.patch(object(action[1], action[2]), { metadata: { annotations } });
    }
    case 'patch':
      return home.patch(object(action[1], action[2]), action[3]);
    case 'apply':
      return home.apply(parseObjects(fill(run, action[1])));
    case 'delete':
      return home.delete(object(action[1], action[2]));
    case 'commit': {
      const [, key, branch, file, text] = action;
      for (const suffix of ['', '(auth)'])
        repositories.get(`${key}${suffix}`)?.commit(branch, { [file]: fill(run, text) });
    }
  }
}

/** Waits until the statuses are as expected and stay so for a while, and returns what still differs then, or when time is up. */
async function settle({ run, expected, options }: Waiting, index: number): Promise<readonly Difference[]> {
  const wanted = expected.snaps[index] ?? {};
  let quietSince: number | undefined;
  let last: readonly Difference[] = [];
  const isQuiet = async (): Promise<boolean> => {
    const snap = await observeSnap(run);
    last = compareSnaps([wanted], [snap]).map((difference) => atStep(difference, index));
    if (last.some((difference) => !options.isKnown(difference))) quietSince = undefined;
    else quietSince ??= performance.now();
    return quietSince !== undefined && performance.now() - quietSince >= options.settleMs;
  };
  await orTimeout(isQuiet, options.timeoutMs);
  return last;
}

async function settleEvents({ run, expected, options }: Waiting): Promise<readonly Difference[]> {
  let last: readonly Difference[] = [];
  const isQuiet = async (): Promise<boolean> => {
    last = compareEvents(expected.events, await observeEvents(run));
    return last.every(options.isKnown);
  };
  await orTimeout(isQuiet, options.timeoutMs);
  return last;
}

/** What differs is reported by the caller, so that time being up is no error here; that nothing could be observed is one. */
async function orTimeout(isQuiet: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      if (await isQuiet()) return;
      if (performance.now() > deadline) return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(300);
  }
}

function atStep(difference: Difference, index: number): Difference {
  return { ...difference, where: difference.where.replace(/^snaps\[0\]/, `snaps[${index}]`) };
}
