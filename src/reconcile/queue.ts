/** Runs something later, on a clock that never jumps. Returns the way to call it off. */
export type After = (ms: number, run: () => void) => () => void;

/** `setTimeout` with room for delays beyond its 24.8 days. */
export const afterTimeout: After = (ms, run) => {
  const longest = 2 ** 31 - 1;
  let timer = setTimeout(fire, Math.min(ms, longest));
  let left = ms - longest;
  function fire(): void {
    if (left <= 0) return run();
    timer = setTimeout(fire, Math.min(left, longest));
    left -= longest;
  }
  return () => clearTimeout(timer);
};

/**
 * Keys to work on: each at most once in the queue, each on one worker at a time. A key that is added while
 * it is worked on comes back when that work is done, so nothing that happens meanwhile is missed.
 */
export class WorkQueue {
  readonly #after: After;
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { readonly dueMs: number; readonly cancel: () => void }>();
  readonly #onReady: () => void;

  constructor(after: After, onReady: () => void) {
    this.#after = after;
    this.#onReady = onReady;
  }

  add(key: string): void {
    this.#cancel(key);
    if (this.#active.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#ready.add(key);
    this.#onReady();
  }

  /** Adds `key` after `ms`, or sooner if it is already due sooner. */
  addAfter(key: string, ms: number, nowMs: number): void {
    const dueMs = nowMs + ms;
    const earlier = this.#delayed.get(key);
    if (earlier !== undefined && earlier.dueMs <= dueMs) return;
    earlier?.cancel();
    const cancel = this.#after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { dueMs, cancel });
  }

  /** The next key for which `admit` holds, now active; `done` must follow. */
  take(admit: (key: string) => boolean = () => true): string | undefined {
    for (const key of this.#ready) {
      if (!admit(key)) continue;
      this.#ready.delete(key);
      this.#active.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#active.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  forget(key: string): void {
    this.#cancel(key);
    this.#ready.delete(key);
    this.#again.delete(key);
  }

  /** Keys that wait for a worker or are on one; delayed ones do not count. */
  get depth(): number {
    return this.#ready.size + this.#active.size;
  }

  get waiting(): number {
    return this.#ready.size;
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  /** True when a key that `matches` waits for a worker or is on one. */
  busy(matches: (key: string) => boolean): boolean {
    for (const key of this.#ready) if (matches(key)) return true;
    for (const key of this.#active) if (matches(key)) return true;
    return false;
  }

  close(): void {
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#ready.clear();
    this.#again.clear();
  }

  #cancel(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}
