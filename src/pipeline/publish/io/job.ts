import { TidemarkError } from '../../../model/errors.ts';
import type { PublishRequest, PublishResult } from '../ports.ts';

/** One request on its way: settled once, whatever happens to the batch that it travels in. */
export class Job {
  readonly request: PublishRequest;
  readonly result: Promise<PublishResult>;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.fail(aborted(this.#signal.reason));
  #resolve: (result: PublishResult) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #whenSettled: () => void = () => undefined;
  #settled = false;

  constructor(request: PublishRequest, signal: AbortSignal) {
    this.request = request;
    this.#signal = signal;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.result.catch(() => undefined); // It may be settled before anybody waits for it.
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Called once when the job is settled. */
  onSettled(listener: () => void): void {
    if (this.#settled) listener();
    else this.#whenSettled = listener;
  }

  succeed(result: PublishResult): void {
    this.#settle(() => this.#resolve(result));
  }

  fail(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  #settle(answer: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    answer();
    this.#whenSettled();
  }
}

/** A signal that is aborted once every job is settled: nobody waits for the work any longer. */
export function nobodyWaits(jobs: readonly Job[]): AbortSignal {
  const controller = new AbortController();
  const onSettled = (): void => {
    if (jobs.every(({ settled }) => settled)) controller.abort(aborted(undefined));
  };
  for (const job of jobs) job.onSettled(onSettled);
  return controller.signal;
}

function aborted(cause: unknown): TidemarkError {
  return new TidemarkError('Aborted', 'publishing was stopped before it was done', { cause });
}
