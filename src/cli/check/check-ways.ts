import type { Probe } from '../../app/probe/open-probe.ts';
import { probeGit } from '../../app/probe/probe-git.ts';
import { type ProbeLimits, probeRegistry } from '../../app/probe/probe-registry.ts';
import type { CliDeps, HomeChoice } from '../deps.ts';
import type { Output } from '../output.ts';
import { tellProgress } from '../tell-progress.ts';
import type { Outcome } from '../tell-progress.ts';
import type { ProbeFlags } from './probe-flags.ts';
import { openProbeHome } from './probe-home.ts';
import { gitQuestions, registryQuestions } from './probe-questions.ts';

interface WaysInput {
  readonly flags: ProbeFlags & HomeChoice & { readonly namespace: string; readonly timeout: number };
}

/** Longer than this nothing that works takes to answer. */
const longestMs = 60_000;

/** Tries the ways to registries and Git hosts that were asked for. */
export async function checkWays({ flags }: WaysInput, deps: CliDeps, out: Output): Promise<Outcome<boolean>> {
  const { secret, certSecret, proxySecret, registry, git } = flags;
  const named = [secret, certSecret, proxySecret].some((name) => name !== undefined);
  const byName = /^imagerepository\//i.test(registry ?? '') || (git !== undefined && !git.includes('://'));
  const home = await openProbeHome({ choice: flags, needsHome: named || byName }, deps, out);
  try {
    const registries = registry === undefined ? [] : await registryQuestions(registry, flags, home);
    const repositories = git === undefined ? [] : await gitQuestions(git, flags, home);
    const probe = await home.openProbe();
    try {
      const limits = { signal: deps.signal, timeoutMs: Math.min(flags.timeout, longestMs) };
      return await tellProgress(tryAll(probe, { registries, repositories }, limits), out);
    } finally {
      await probe.close();
    }
  } finally {
    await home.close();
  }
}

async function* tryAll(
  probe: Probe,
  {
    registries,
    repositories,
  }: {
    readonly registries: Awaited<ReturnType<typeof registryQuestions>>;
    readonly repositories: Awaited<ReturnType<typeof gitQuestions>>;
  },
  limits: ProbeLimits,
): ReturnType<typeof probeGit> {
  let isGood = true;
  for (const question of registries) isGood = (yield* probeRegistry(probe, question, limits)) && isGood;
  for (const question of repositories) isGood = (yield* probeGit(probe, question, limits)) && isGood;
  return isGood;
}
