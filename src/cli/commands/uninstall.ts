import { uninstall as uninstallFrom } from '../../app/kubernetes/uninstall.ts';
import { clusterFlags } from '../cluster-flags.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { exitCodes } from '../exit-code.ts';
import { duration, textOr, toggle } from '../flags.ts';
import { tellProgress } from '../tell-progress.ts';
import { withCluster } from '../with-cluster.ts';

export const uninstall = defineCommand({
  summary: 'Remove Tidemark from a cluster',
  description:
    'Removes what install has applied. Objects stay, and so do the definitions of their kinds, unless --crds is said. Objects carry a finalizer that only a controller removes: when no other is left it is removed here, so that they can still be deleted.',
  flags: {
    namespace: textOr('-n, --namespace <name>', 'namespace that it is installed in', 'flux-system'),
    crds: toggle('--crds', 'also the definitions of the kinds, and with them every object of these kinds'),
    silent: toggle('-s, --silent', 'do not ask'),
    timeout: duration('--timeout <duration>', 'how long to wait for the controller to end', '1m'),
    ...clusterFlags,
  },
  examples: ['tidemark uninstall'],
  run: (deps, { flags }, out) =>
    withCluster(deps, flags, async (cluster) => {
      const { namespace, crds, timeout: timeoutMs } = flags;
      const what = crds ? 'Tidemark, its custom resource definitions and every object of theirs' : 'Tidemark';
      const question = `Are you sure you want to remove ${what} from ${cluster.client.server}?`;
      if (!flags.silent && !(await confirm(question, deps, 'say -s to remove it without asking'))) {
        out.say('failed', 'nothing removed');
        return exitCodes.no;
      }
      await tellProgress(uninstallFrom(cluster, { namespace, crds, timeoutMs }, deps), out);
      out.say('done', 'uninstall finished');
      return exitCodes.done;
    }),
});
