import type { Clock } from '../../model/clock.ts';
import { Turns } from '../../model/turns.ts';
import type { ApiRequest } from './api-request.ts';

export interface RequestLimiterOptions {
  /** Requests a second, on the long run. None or less means no limit. */
  readonly qps: number;
  /** So many may go at once after a quiet time. */
  readonly burst: number;
  readonly clock: Pick<Clock, 'monotonicMs' | 'sleep'>;
}

/**
 * Keeps our own pace of requests, as `--kube-api-qps` and `--kube-api-burst` mean it: in Flux's controllers each kind has a bucket of
 * tokens of its own, so that events do not hold up statuses. Namespaces take turns, and within one it is first come, first served.
 */
export class RequestLimiter {
  readonly #options: RequestLimiterOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: RequestLimiterOptions) {
    this.#options = options;
  }

  /** Resolves when the request may go. Rejects when `signal` is aborted first, and gives the turn back. */
  async take(
    signal: AbortSignal,
    { resource, key, namespace = '' }: Pick<ApiRequest, 'resource' | 'key' | 'namespace'>,
  ): Promise<void> {
    if (this.#options.qps <= 0) return;
    const bucket = this.#buckets.get(resource.plural) ?? new Bucket(this.#options);
    this.#buckets.set(resource.plural, bucket);
    await bucket.take(signal, key?.namespace ?? namespace);
  }
}

class Bucket {
  readonly #options: RequestLimiterOptions;
  readonly #waiting = new Turns<() => void>();
  #tokens: number;
  #countedAt: number;
  #isPacing = false;

  constructor(options: RequestLimiterOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#countedAt = options.clock.monotonicMs();
  }

  async take(signal: AbortSignal, owner: string): Promise<void> {
    this.#count();
    if (this.#waiting.size === 0 && this.#tokens >= 1) {
      this.#tokens -= 1;
      return;
    }
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#waiting.remove(owner, resolve);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.add(owner, resolve);
    void this.#pace();
    await promise.finally(() => signal.removeEventListener('abort', giveUp));
  }

  /** Lets those who wait go, one by one, until none is left. */
  async #pace(): Promise<void> {
    if (this.#isPacing) return;
    this.#isPacing = true;
    while (this.#waiting.size > 0) {
      const lackingMs = ((1 - this.#tokens) * 1000) / this.#options.qps;
      if (lackingMs > 0) await this.#options.clock.sleep(lackingMs);
      this.#count();
      for (; this.#tokens >= 1 && this.#waiting.size > 0; this.#tokens -= 1) this.#waiting.next()?.();
    }
    this.#isPacing = false;
  }

  #count(): void {
    const { qps, burst, clock } = this.#options;
    const now = clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) * qps) / 1000);
    this.#countedAt = now;
  }
}
