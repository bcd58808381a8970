import type { Clock } from '../../model/clock.ts';
import { messageOf } from '../../model/errors.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { podLog, type Pod, type PodLogQuery } from '../../store/kubernetes/pods.ts';

export interface FollowDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** The pods that there are now. */
  readonly find: () => Promise<readonly Pod[]>;
}

/** How soon the log of a pod that is new, or has been started again, is followed too. */
const lookAgainMs = 3000;

/** The lines of pods as they are written, also of pods that start meanwhile. Ends when the signal is aborted. */
export async function* followLogs(query: PodLogQuery, deps: FollowDeps): AsyncGenerator<string> {
  const { signal } = query;
  const funnel = new Funnel();
  const stop = (): void => funnel.close();
  signal.addEventListener('abort', stop, { once: true });
  const looking = keepLooking(query, deps, funnel).catch((error: unknown) => funnel.fail(error));
  try {
    yield* funnel.lines();
  } finally {
    signal.removeEventListener('abort', stop);
  }
  await looking;
}

async function keepLooking(
  query: PodLogQuery,
  { client, clock, find }: FollowDeps,
  funnel: Funnel,
): Promise<void> {
  const { signal } = query;
  const open = new Set<string>();
  /** When the last line of a pod was written. */
  const reached = new Map<string, string>();
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    for (const pod of await find()) {
      if (open.has(pod.name)) continue;
      open.add(pod.name);
      const sinceTime = reached.get(pod.name);
      // Of a pod that is new everything is.
      const asked = isFirst ? query : { follow: true, signal, sinceTime };
      void pump(podLog(client, pod, asked), { pod, reached, funnel, signal }).then(() =>
        open.delete(pod.name),
      );
    }
    await clock.sleep(lookAgainMs, signal).catch(() => undefined);
  }
}

async function pump(
  lines: AsyncIterable<string>,
  {
    pod: { name },
    reached,
    funnel,
    signal,
  }: {
    readonly pod: Pod;
    readonly reached: Map<string, string>;
    readonly funnel: Funnel;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const before = reached.get(name) ?? '';
  try {
    for await (const line of lines) {
      const time = timeOf(line);
      // Asked for again by whole seconds.
      if (time !== '' && time <= before) continue;
      if (time !== '') reached.set(name, time);
      funnel.push(line);
    }
  } catch (error) {
    if (!signal.aborted) funnel.push(`the log of pod ${name} broke off: ${messageOf(error)}`);
  }
}

/** When a line was written, as it says itself; empty when it does not. */
export function timeOf(line: string): string {
  return /"ts":"([^"]+)"/.exec(line)?.[1] ?? '';
}

/** Many write into it, one reads. */
class Funnel {
  #lines: string[] = [];
  #wake = (): void => undefined;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;

  push(line: string): void {
    this.#lines.push(line);
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.close();
  }

  async *lines(): AsyncGenerator<string> {
    while (!this.#isClosed || this.#lines.length > 0) {
      const ready = this.#lines;
      this.#lines = [];
      yield* ready;
      if (this.#lines.length > 0 || this.#isClosed) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
