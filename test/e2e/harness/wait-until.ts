import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Asks again and again until the answer is neither undefined nor false, and returns it. Fails with the last error when time is up. */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  { what, timeoutMs = 30_000, everyMs = 50 }: WaitOptions,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`after ${timeoutMs} ms there is still not: ${what}`, { cause: lastError });
    }
    await pause(everyMs);
  }
}
