import type { Clock } from '../../model/clock.ts';

export interface RequestLimiterOptions {
  /** Requests a second, on the long run. None or less means no limit. */
  readonly qps: number;
  /** So many may go at once after a quiet time. */
  readonly burst: number;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
}

/** Keeps our own pace of requests, first come first served: a bucket of tokens, as `--kube-api-qps` and `--kube-api-burst` mean it. */
export class RequestLimiter {
  readonly #options: RequestLimiterOptions;
  /** Below zero when requests wait for tokens that are still to come. */
  #tokens: number;
  #countedAt: number;

  constructor(options: RequestLimiterOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#countedAt = options.clock.monotonicMs();
  }

  /** Resolves when the next request may go. Rejects when `signal` is aborted first, and gives the turn back. */
  async take(signal: AbortSignal): Promise<void> {
    const { qps, burst, clock } = this.#options;
    if (qps <= 0) return;
    const now = clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) * qps) / 1000) - 1;
    this.#countedAt = now;
    if (this.#tokens >= 0) return;
    try {
      await clock.sleep((-this.#tokens * 1000) / qps, signal);
    } catch (error) {
      this.#tokens += 1;
      throw error;
    }
  }
}
