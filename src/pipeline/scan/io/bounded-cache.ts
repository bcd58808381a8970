/** Remembers values for a while, and only so many of them: the one not used for longest goes first. */
export class BoundedCache<T> {
  readonly #size: number;
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, { readonly value: T; readonly expiresMs: number }>();

  constructor(size: number, nowMs: () => number) {
    this.#size = size;
    this.#nowMs = nowMs;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expiresMs <= this.#nowMs()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, lifetimeMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresMs: this.#nowMs() + lifetimeMs });
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size > this.#size) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
