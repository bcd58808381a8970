import { openEmbeddedHome } from '../app/embedded/embedded-home.ts';
import { findEmbeddedPlace } from '../app/embedded/place.ts';
import type { Home } from '../app/home.ts';
import { TidemarkError } from '../model/errors.ts';
import { silentLog } from '../model/log.ts';
import type { CliDeps, HomeChoice } from './deps.ts';

/** Opens the home that flags and environment choose. With none at hand it says how one is chosen. */
export async function openHome(choice: HomeChoice, deps: CliDeps): Promise<Home> {
  const { environment, clock } = deps;
  const homeDeps = { environment, clock, log: silentLog, userAgent: `tidemark/${deps.version()}` };
  if (!namesCluster(choice)) {
    const place = await findEmbeddedPlace(choice, deps);
    if (place !== undefined) return openEmbeddedHome(place, homeDeps);
  }
  refuseFileFlags(choice);
  const { openKubernetesHome } = await import('../app/kubernetes/kubernetes-home.ts');
  const home = await openKubernetesHome(choice, homeDeps);
  if (home !== undefined) return home;
  throw new TidemarkError(
    'UsageError',
    'there are no objects to work on: neither files nor a cluster are named, and none is usual here\nname the folder that holds them with -f, or in TIDEMARK_FILE; or their cluster with --kubeconfig, or in KUBECONFIG',
  );
}

/** True when flags choose a cluster, whatever the environment says about files. */
export function namesCluster({ kubeconfig, context }: HomeChoice): boolean {
  return kubeconfig !== undefined || context !== undefined;
}

function refuseFileFlags({ file, state, secrets }: HomeChoice): void {
  if (file.length > 0) {
    throw new TidemarkError(
      'UsageError',
      '-f chooses files, and --kubeconfig and --context choose a cluster: say one of them',
    );
  }
  const [flag] = [
    ...(state === undefined ? [] : ['--state']),
    ...(secrets === undefined ? [] : ['--secrets']),
  ];
  if (flag !== undefined)
    throw new TidemarkError('UsageError', `${flag} is for objects in files: name them with -f`);
}
