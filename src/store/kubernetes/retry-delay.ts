import type { HttpFailure } from '../../http/http-failure.ts';

/** How one try of a request came out, when it did not succeed. */
export type FailedTry =
  | { readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly failure: HttpFailure };

/** The server says when to come back; an hour's patience with one request is nobody's. */
const longestWaitMs = 60_000;
const mostTries = 10;

/**
 * How long to wait before the next try, or undefined when the failure stands. `tries` counts those made so far.
 *
 * A server that is busy (429), or says when it will be better, is asked again then. A connection that broke under a request
 * is no answer: reading is repeated; a write is repeated once if it can be (a version in it makes a second one a Conflict).
 */
export function retryDelay(
  method: string,
  failed: FailedTry,
  { tries }: { readonly tries: number },
): number | undefined {
  if ('failure' in failed) {
    if (failed.failure.kind !== 'broken') return undefined;
    const mostRepeats = { GET: 3, POST: 0 }[method] ?? 1;
    return tries <= mostRepeats ? 100 * 2 ** (tries - 1) : undefined;
  }
  const { status, retryAfterMs } = failed;
  const isBusy = status === 429 || (status >= 500 && retryAfterMs !== undefined);
  if (!isBusy || tries >= mostTries) return undefined;
  return Math.min(retryAfterMs ?? 1000, longestWaitMs);
}
