export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Flux's delays between retries of one object. */
export const defaultBackoff: BackoffOptions = { minMs: 750, maxMs: 15 * 60_000 };

/** Delays that double with each failure of the same key, from `minMs` up to `maxMs`. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #failures = new Map<string, number>();

  constructor(options: BackoffOptions = defaultBackoff) {
    this.#options = options;
  }

  /** The delay before the next try of `key`, in milliseconds. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(this.#options.minMs * 2 ** Math.min(failures, 40), this.#options.maxMs);
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
