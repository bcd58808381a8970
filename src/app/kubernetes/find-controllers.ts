import { isTidemarkError } from '../../model/errors.ts';
import { listDeployments, type Deployment } from '../../store/kubernetes/deployments.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';

/** On everything that is installed of Tidemark, whichever way. */
export const ourLabel = { name: 'app.kubernetes.io/name', value: 'tidemark' } as const;
/** The namespace that Tidemark is installed in unless somebody says otherwise: Flux's. */
export const usualNamespace = 'flux-system';

/** Who works, or could work, on image objects in a cluster. */
export interface Controllers {
  readonly ours: readonly Deployment[];
  /** Flux's two image controllers: they write the same objects and the same commits. */
  readonly flux: readonly Deployment[];
}

const fluxNames = /^image-(?:reflector|automation)-controller/;

/** The Deployments in all namespaces, or where only one may be seen, in that one. */
export async function findControllers(
  client: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<Controllers> {
  const seen = async (labelSelector: string): Promise<readonly Deployment[]> => {
    try {
      return await listDeployments(client, { labelSelector, signal });
    } catch (error) {
      if (!isTidemarkError(error, 'ClusterForbidden')) throw error;
      return listDeployments(client, { labelSelector, signal, namespace });
    }
  };
  const [ours, flux] = await Promise.all([
    seen(`${ourLabel.name}=${ourLabel.value}`),
    seen('app.kubernetes.io/part-of=flux'),
  ]);
  return { ours, flux: flux.filter(({ name }) => fluxNames.test(name)) };
}

/** True when pods of it may be at work. */
export function mayRun({ wanted }: Deployment): boolean {
  return wanted > 0;
}
