import { install as installInto } from '../../app/kubernetes/install.ts';
import { manifestText } from '../../app/kubernetes/manifests.ts';
import { clusterFlags } from '../cluster-flags.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { duration, text, textOr, toggle } from '../flags.ts';
import { tellProgress } from '../tell-progress.ts';
import { withCluster } from '../with-cluster.ts';

export const install = defineCommand({
  summary: 'Install Tidemark in a cluster, or bring it up to date',
  description:
    'Applies what deploy/ holds to a cluster, and waits until the controller is ready. Where Flux has brought the definitions of the kinds, --beside-flux leaves them as they are.',
  flags: {
    namespace: textOr('-n, --namespace <name>', 'namespace to install in', 'flux-system'),
    besideFlux: toggle('--beside-flux', "no definitions of Flux's kinds: the cluster has them"),
    image: text('--image <name>', 'another image than the published one'),
    export: toggle('--export', 'print the YAML, and touch nothing'),
    timeout: duration('--timeout <duration>', 'how long to wait for the controller', '5m'),
    ...clusterFlags,
  },
  examples: ['tidemark install --beside-flux', 'tidemark install --export > tidemark.yaml'],
  async run(deps, { flags }, out) {
    const { namespace, image, timeout: timeoutMs } = flags;
    const flavour = flags.besideFlux ? 'beside-flux' : 'standalone';
    if (flags.export) {
      out.data(manifestText({ flavour, namespace, image }));
      return exitCodes.done;
    }
    return withCluster(deps, flags, async (cluster) => {
      const work = installInto(cluster, { flavour, namespace, image, timeoutMs }, deps);
      const { result } = await tellProgress(work, out);
      out.say(result ? 'done' : 'failed', result ? 'install finished' : 'install failed: see tidemark logs');
      return result ? exitCodes.done : exitCodes.no;
    });
  },
});
