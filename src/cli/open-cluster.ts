import { connectToCluster, type Cluster, type ClusterChoice } from '../app/kubernetes/connect.ts';
import { TidemarkError } from '../model/errors.ts';
import type { CliDeps } from './deps.ts';

/** Connects to the cluster that flags and environment choose. With none at hand it says how one is chosen. */
export async function openCluster(choice: ClusterChoice, deps: CliDeps): Promise<Cluster> {
  const { environment, clock } = deps;
  const userAgent = `tidemark/${deps.version()}`;
  const cluster = await connectToCluster(
    choice,
    { environment, clock, userAgent },
    { fieldManager: 'tidemark-cli' },
  );
  if (cluster !== undefined) return cluster;
  throw new TidemarkError(
    'UsageError',
    'there is no cluster to work on: no kubeconfig was found, and this is not a pod\nname one with --kubeconfig, or in KUBECONFIG',
  );
}
