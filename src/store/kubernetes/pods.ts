import * as z from 'zod';

import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import type { Resource } from './resource.ts';

export const podResource: Resource = { kind: 'Pod', apiVersion: 'v1', plural: 'pods', namespaced: true };

/** A pod, as far as one wants to read its log. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /** The one that writes the log. */
  readonly container: string;
  /** False while there can be no log yet. */
  readonly hasStarted: boolean;
}

const serverPod = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })) }),
  status: z.looseObject({ phase: z.string().default('Pending') }).default({ phase: 'Pending' }),
});

/** Pods with these labels, by name. */
export async function listPods(
  client: KubeClient,
  query: {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  },
): Promise<readonly Pod[]> {
  const { namespace, labels, signal } = query;
  const pods: Pod[] = [];
  await listPages(
    { client, resource: podResource, namespace, labelSelector: selectorText(labels), signal },
    (items) => pods.push(...items.map(readPod)),
  );
  return pods;
}

function selectorText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function readPod(raw: unknown): Pod {
  const { metadata, spec, status } = serverPod.parse(raw);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    container: spec.containers[0]?.name ?? '',
    hasStarted: status.phase !== 'Pending',
  };
}

export interface PodLogQuery {
  readonly follow: boolean;
  /** Only so many of the last lines; all when absent. */
  readonly tail?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly signal: AbortSignal;
}

/** The lines that a pod has written, and with `follow` those that it writes. */
export function podLog(client: KubeClient, pod: Pod, query: PodLogQuery): AsyncGenerator<string> {
  const { follow, tail, sinceSeconds, sinceTime, signal } = query;
  return client.lines({
    verb: 'get',
    resource: podResource,
    key: { namespace: pod.namespace, name: pod.name },
    subresource: 'log',
    query: {
      container: pod.container,
      follow: follow ? 'true' : undefined,
      tailLines: tail === undefined ? undefined : String(tail),
      sinceSeconds: sinceSeconds === undefined ? undefined : String(sinceSeconds),
      sinceTime,
    },
    // Nobody says how long a controller with nothing to do is silent.
    silenceMs: follow ? 0 : 60_000,
    signal,
  });
}
