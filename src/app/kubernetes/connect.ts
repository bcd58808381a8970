import { proxyFromEnvironment } from '../../http/proxy-environment.ts';
import type { Clock } from '../../model/clock.ts';
import { inClusterConnection } from '../../store/kubernetes/in-cluster.ts';
import { KubeClient, type KubeClientOptions } from '../../store/kubernetes/kube-client.ts';

/** Which cluster, when there is a choice. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

export interface ConnectDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly userAgent: string;
}

export interface Cluster {
  readonly client: KubeClient;
  /** The namespace of the pod or of the kubeconfig context. */
  readonly namespace: string | undefined;
}

/**
 * Connects to the cluster by the usual rules: the flags, else `KUBECONFIG`, else the pod's own account, else the kubeconfig in the home
 * folder. Undefined when there is none. (A CI job in a pod that sets `KUBECONFIG` means another cluster than the one that it runs in.)
 */
export async function connectToCluster(
  choice: ClusterChoice,
  deps: ConnectDeps,
  options: Partial<KubeClientOptions> = {},
): Promise<Cluster | undefined> {
  const chosen =
    choice.kubeconfig !== undefined ||
    choice.context !== undefined ||
    Boolean(deps.environment['KUBECONFIG']);
  const connection =
    (chosen ? undefined : await inClusterConnection(deps)) ?? (await fromKubeconfig(choice, deps));
  if (connection === undefined) return undefined;
  const client = new KubeClient({
    connection,
    ...deps,
    proxyFor: proxyFromEnvironment(deps.environment),
    ...options,
  });
  return { client, namespace: connection.namespace };
}

async function fromKubeconfig(
  choice: ClusterChoice,
  deps: ConnectDeps,
): ReturnType<typeof inClusterConnection> {
  // The library that reads kubeconfigs is large, and a pod needs none.
  const { kubeconfigConnection } = await import('../../store/kubernetes/kubeconfig.ts');
  return kubeconfigConnection({ ...deps, file: choice.kubeconfig, context: choice.context });
}
