import type { Clock } from '../../model/clock.ts';
import { readDeployment, deploymentResource, type Deployment } from '../../store/kubernetes/deployments.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import type { Told } from './progress.ts';

export interface Patience {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** Tells of each Deployment whether it is ready, and waits for those that may become so. True when all are. */
export async function* awaitDeployments(
  client: KubeClient,
  deployments: readonly Deployment[],
  patience: Patience,
): Told<boolean> {
  const deadlineMs = patience.clock.monotonicMs() + patience.timeoutMs;
  let areReady = true;
  for (const first of deployments) {
    const isReady = yield* awaitOne(client, first, { ...patience, deadlineMs });
    areReady &&= isReady;
  }
  return areReady;
}

async function* awaitOne(
  client: KubeClient,
  first: Deployment,
  { clock, pollMs, signal, deadlineMs }: Patience & { readonly deadlineMs: number },
): Told<boolean> {
  const { name, namespace } = first;
  let now = first;
  for (
    let tries = 0;
    !now.isReady && now.stuck === undefined && clock.monotonicMs() < deadlineMs;
    tries += 1
  ) {
    if (tries === 0) yield { sign: 'waiting', text: `waiting for ${name}` };
    await clock.sleep(Math.min(pollMs, Math.max(0, deadlineMs - clock.monotonicMs())), signal);
    const key = { namespace, name };
    now = readDeployment(await client.request({ verb: 'get', resource: deploymentResource, key, signal }));
  }
  if (now.isReady) yield { sign: 'done', text: `${name}: deployment ready` };
  else {
    const reason = now.stuck === undefined ? '' : `: ${now.stuck}`;
    yield { sign: 'failed', text: `${name}: deployment not ready${reason}` };
  }
  return now.isReady;
}
