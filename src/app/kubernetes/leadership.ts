import type { Publisher } from '../../pipeline/publish/ports.ts';
import type { Engine } from '../../reconcile/engine.ts';
import type { Leadership } from '../../store/kubernetes/leader-election.ts';

/** Between the renewal deadline and the end of a lease lie 5 seconds. */
const patienceMs = 4000;

/** Drafts nothing and pushes nothing once the lease is no longer ours. */
export function guarded(
  publisher: Publisher,
  { signal, assert }: Pick<Leadership, 'signal' | 'assert'>,
): Publisher {
  return {
    publish: (request, own) => {
      const draft: typeof request.draft = (tree) => {
        assert();
        return request.draft(tree);
      };
      return publisher.publish({ ...request, draft }, AbortSignal.any([own, signal]));
    },
    close: () => publisher.close(),
  };
}

/** Stops an engine as soon as leading is over; gives up when it does not come to rest soon after a lost lease, since others may lead by then. */
export async function stopWhenOver(
  engine: Pick<Engine, 'stop'>,
  {
    signal,
    lost,
    giveUp,
  }: { readonly signal: AbortSignal; readonly lost: () => boolean; readonly giveUp: () => void },
): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  const timer = lost() ? setTimeout(giveUp, patienceMs) : undefined;
  await engine.stop();
  clearTimeout(timer);
}

/** Waits for `work`, but no longer than until the signal is aborted. */
export async function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  if (signal.aborted) return;
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([work, aborted]);
}
