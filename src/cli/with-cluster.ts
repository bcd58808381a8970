import type { Cluster, ClusterChoice } from '../app/kubernetes/connect.ts';
import type { CliDeps } from './deps.ts';

/** Connects to the cluster for as long as `use` takes. */
export async function withCluster<T>(
  deps: CliDeps,
  choice: ClusterChoice,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await deps.openCluster(choice);
  try {
    return await use(cluster);
  } finally {
    await cluster.client.close();
  }
}
