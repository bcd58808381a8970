import type { Clock } from '../../model/clock.ts';
import { TidemarkError } from '../../model/errors.ts';
import { listDeployments } from '../../store/kubernetes/deployments.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { listPods, podLog, type Pod, type PodLogQuery } from '../../store/kubernetes/pods.ts';
import type { Cluster } from './connect.ts';
import { ourLabel } from './find-controllers.ts';
import { followLogs, timeOf } from './follow-logs.ts';

export interface LogQuery extends PodLogQuery {
  /** Where the controller is. */
  readonly namespace: string;
}

/**
 * The lines of our controllers' logs. Those that there are come in the order of their times, whichever pod wrote them; with `follow`
 * the new ones come as they are written.
 */
export async function* controllerLogs(
  { client }: Cluster,
  query: LogQuery,
  clock: Clock,
): AsyncGenerator<string> {
  const pods = await findPods(client, query);
  if (pods.length === 0)
    throw new TidemarkError('NotFound', `no Tidemark pods found in namespace "${query.namespace}"`);
  if (query.follow) yield* followLogs(query, { client, clock, find: () => findPods(client, query) });
  else yield* merged(pods.map((pod) => podLog(client, pod, query)));
}

async function findPods(
  client: KubeClient,
  { namespace, signal }: Pick<LogQuery, 'namespace' | 'signal'>,
): Promise<readonly Pod[]> {
  const labelSelector = `${ourLabel.name}=${ourLabel.value}`;
  const deployments = await listDeployments(client, { namespace, labelSelector, signal });
  const pods = await Promise.all(
    deployments.map(({ selector: labels }) => listPods(client, { namespace, labels, signal })),
  );
  return pods.flat().filter(({ hasStarted }) => hasStarted);
}

/** Streams that are each in the order of time, as one that is. */
async function* merged(streams: readonly AsyncGenerator<string>[]): AsyncGenerator<string> {
  const heads = await Promise.all(streams.map(async (stream) => ({ stream, next: await stream.next() })));
  for (;;) {
    const [first, ...more] = heads.flatMap((head) =>
      head.next.done === true ? [] : [{ head, line: head.next.value }],
    );
    if (first === undefined) return;
    // A line without a time belongs to the one before it: it comes first.
    const next = more.reduce((best, one) => (timeOf(one.line) < timeOf(best.line) ? one : best), first);
    yield next.line;
    next.head.next = await next.head.stream.next();
  }
}
