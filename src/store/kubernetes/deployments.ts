import * as z from 'zod';

import { messageOf, TidemarkError } from '../../model/errors.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import type { Resource } from './resource.ts';

export const deploymentResource: Resource = {
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  plural: 'deployments',
  namespaced: true,
};

/** A Deployment, as far as one asks whether it is well. */
export interface Deployment {
  readonly namespace: string;
  readonly name: string;
  /** Images of its containers. */
  readonly images: readonly string[];
  readonly selector: Readonly<Record<string, string>>;
  /** How many pods there should be. */
  readonly wanted: number;
  /** True when the pods that should be there are, all of the newest template. */
  readonly isReady: boolean;
  /** Why it will not become ready by waiting, when that is known. */
  readonly stuck: string | undefined;
}

const serverDeployment = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string(), generation: z.int().optional() }),
  spec: z.looseObject({
    replicas: z.int().default(1),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }),
    template: z.looseObject({
      spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string().default('') })) }),
    }),
  }),
  status: z
    .looseObject({
      observedGeneration: z.int().optional(),
      replicas: z.int().default(0),
      updatedReplicas: z.int().default(0),
      availableReplicas: z.int().default(0),
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .default({ replicas: 0, updatedReplicas: 0, availableReplicas: 0, conditions: [] }),
});

export interface DeploymentQuery {
  /** Absent means all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly signal?: AbortSignal | undefined;
}

export async function listDeployments(
  client: KubeClient,
  query: DeploymentQuery,
): Promise<readonly Deployment[]> {
  const found: Deployment[] = [];
  await listPages({ client, resource: deploymentResource, ...query }, (items) =>
    found.push(...items.map(readDeployment)),
  );
  return found;
}

export function readDeployment(raw: unknown): Deployment {
  try {
    const { metadata, spec, status } = serverDeployment.parse(raw);
    const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    const progressing = status.conditions.find(({ type }) => type === 'Progressing');
    return {
      namespace: metadata.namespace,
      name: metadata.name,
      images: spec.template.spec.containers.map(({ image }) => image),
      selector: spec.selector.matchLabels,
      wanted: spec.replicas,
      isReady:
        isSeen &&
        status.updatedReplicas >= spec.replicas &&
        status.availableReplicas >= spec.replicas &&
        status.replicas <= status.updatedReplicas,
      stuck:
        isSeen && progressing?.status === 'False' ? progressing.message || progressing.reason : undefined,
    };
  } catch (error) {
    throw new TidemarkError(
      'ClusterFailed',
      `the API server sent something that is no Deployment: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
