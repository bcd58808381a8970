/** Runs `work` with a signal that is aborted when the outer one is, or after `timeoutMs`. */
export async function withDeadline<T>(
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Timers hold 24.8 days at the most; a longer deadline is none.
  const longest = 2 ** 31 - 1;
  return work(timeoutMs > longest ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
}
