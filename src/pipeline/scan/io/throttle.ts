/** How long to stay away after the first refusal in a row, the second, and so on. */
const firstPauseMs = 1000;
const pauseFactor = 3;
const longestPauseMs = 60_000;

/**
 * What a registry asks of one account, or of this address when it is asked anonymously; shared by all repositories there.
 *
 * After an answer "too many requests" nobody goes in until the pause is over, and then one request alone tries: the others follow
 * when it was let in. Other accounts are not held up: registries count them apart.
 */
export class Throttle {
  #untilMs = 0;
  #strikes = 0;
  #lastRefusalMs = Number.NEGATIVE_INFINITY;
  #probe: Promise<void> | undefined;

  /** How long the door stays shut. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  /** Ends when the request that tries the door has come back; undefined when none does. */
  get probe(): Promise<void> | undefined {
    return this.#probe;
  }

  /** Lets a request in, and returns how it leaves; undefined when it may not go in now. */
  enter(nowMs: number): (() => void) | undefined {
    if (this.waitMs(nowMs) > 0 || this.#probe) return undefined;
    if (this.#strikes === 0) return () => undefined;
    const probe = Promise.withResolvers<void>();
    this.#probe = probe.promise;
    return () => {
      this.#probe = undefined;
      probe.resolve();
    };
  }

  /** The registry wants to be left alone for so long. */
  pause(nowMs: number, askedMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, nowMs + askedMs);
  }

  /** Too many requests. Those that were under way together count as one refusal. */
  refused({ startedMs, nowMs, askedMs }: Refusal): void {
    if (startedMs >= this.#lastRefusalMs) this.#strikes += 1;
    this.#lastRefusalMs = nowMs;
    const own = Math.min(longestPauseMs, firstPauseMs * pauseFactor ** (this.#strikes - 1));
    this.pause(nowMs, askedMs ?? own);
  }

  /** An answer that is no refusal, to a request that began after the last one. */
  admitted(startedMs: number): void {
    if (startedMs >= this.#lastRefusalMs) this.#strikes = 0;
  }
}

interface Refusal {
  /** When the request was sent. */
  readonly startedMs: number;
  readonly nowMs: number;
  /** What the answer asks for, if it says so. */
  readonly askedMs: number | undefined;
}
