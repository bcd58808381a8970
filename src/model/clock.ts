/** The time, and waiting. Passed in from `app/`, so that tests can hold it still. */
export interface Clock {
  /** Wall-clock time. */
  now(): Date;
  /** Milliseconds that only ever grow, whatever happens to the wall clock. */
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
