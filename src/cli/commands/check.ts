import { checkCluster } from '../../app/kubernetes/check-cluster.ts';
import { checkFiles } from '../../app/embedded/check-files.ts';
import { findEmbeddedPlace } from '../../app/embedded/place.ts';
import { asksForProbe, probeFlags } from '../check/probe-flags.ts';
import { type CommandInput, defineCommand } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { duration, toggle } from '../flags.ts';
import { ambientFlag, homeFlags } from '../home-flags.ts';
import { scopeFlags } from '../object-flags.ts';
import { namesCluster } from '../open-home.ts';
import type { Output } from '../output.ts';
import { plural } from '../plural.ts';
import { tellProgress, type Outcome } from '../tell-progress.ts';
import { withCluster } from '../with-cluster.ts';

const flags = {
  namespace: scopeFlags.namespace,
  pre: toggle('--pre', 'only what has to be there beforehand'),
  timeout: duration(
    '--timeout <duration>',
    'how long to wait for controllers that are starting, or for a server (there at most 1m)',
    '5m',
  ),
  pollInterval: duration('--poll-interval <duration>', 'how often to look at them meanwhile', '5s'),
  ...probeFlags,
  ...homeFlags,
  ...ambientFlag,
};

type Input = CommandInput<typeof flags>;

export const check = defineCommand({
  summary: 'Say whether everything is there that Tidemark needs',
  description:
    'In a cluster: the version of the API server, what you may do there, the controller and its health, the definitions of the kinds, and whether a controller of Flux would do the same work. Without one: git, and the objects in your files.\nWith --registry or --git it tries the way there instead, as a run would go it: name, connection, TLS, what the server wants to see, token, the permission to read, and for Git the permission to write, without writing.\nExit 0: nothing is missing; 1: something is.',
  flags,
  examples: [
    'tidemark check --pre',
    'tidemark check',
    'tidemark check -f clusters/dev',
    'tidemark check --registry ghcr.io/acme/app --secret ghcr --secrets secrets',
    'tidemark check --git gitrepository/fleet -f clusters/dev --secrets secrets',
  ],
  run: async (deps, input, out) => {
    if (asksForProbe(input.flags)) {
      const { checkWays } = await import('../check/check-ways.ts');
      return report(await checkWays(input, deps, out), input, out);
    }
    const place = namesCluster(input.flags) ? undefined : await findEmbeddedPlace(input.flags, deps);
    if (place !== undefined) {
      const work = checkFiles({ ...deps, openHome: () => deps.openHome(input.flags) }, input.flags.pre);
      return report(await tellProgress(work, out), input, out);
    }
    return withCluster(deps, input.flags, async (cluster) => {
      const { namespace, pre, timeout: timeoutMs, pollInterval: pollMs } = input.flags;
      const work = checkCluster(cluster, { namespace, prerequisitesOnly: pre, timeoutMs, pollMs }, deps);
      return report(await tellProgress(work, out), input, out);
    });
  },
});

function report({ result, warnings }: Outcome<boolean>, { flags: { pre } }: Input, out: Output): ExitCode {
  if (!result) {
    out.say('failed', 'check failed');
    return exitCodes.no;
  }
  const what = pre ? 'prerequisites checks passed' : 'all checks passed';
  if (warnings === 0) out.say('done', what);
  else out.say('warning', `${what}, with ${plural(warnings, 'warning')}`);
  return exitCodes.done;
}
