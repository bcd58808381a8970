/** Timers hold 24.8 days at the most; a longer deadline is none. */
const longest = 2 ** 31 - 1;

/** Runs `work` with a signal that is aborted when the outer one is, or after `timeoutMs`. Nothing of it is left when the work is done. */
export async function withDeadline<T>(
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs > longest || signal.aborted) return work(signal);
  const limited = new AbortController();
  const stop = (): void => limited.abort(signal.reason);
  // `AbortSignal.timeout` would keep the signal, and whatever listens to it, until the time is up: an hour for many a scan.
  const timer = setTimeout(() => limited.abort(timeIsUp()), timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(limited.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** What `AbortSignal.timeout` gives as its reason. */
function timeIsUp(): DOMException {
  return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}
