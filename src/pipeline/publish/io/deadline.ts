import { TidemarkError } from '../../../model/errors.ts';

/** Runs `work` with a signal that is also aborted after `timeoutMs`, and throws `GitTimeout` in that case. */
export async function withDeadline<T>(
  {
    signal,
    timeoutMs,
    doing,
  }: { readonly signal: AbortSignal; readonly timeoutMs: number; readonly doing: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (!deadline.aborted || signal.aborted || error !== deadline.reason) throw error;
    throw new TidemarkError('GitTimeout', `${doing}: no answer within ${timeoutMs / 1000}s`, {
      cause: error,
    });
  }
}
