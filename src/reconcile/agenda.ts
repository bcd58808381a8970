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

export interface Timing {
  readonly after: After;
  readonly nowMs: () => number;
}

interface Entry {
  readonly key: string;
  readonly dueMs: number;
}

/** The heap is made anew when it holds so many entries that count no more. */
const mostStale = 64;

/** Keys that are due later, with one timer for all of them, however many there are. */
export class Agenda {
  readonly #timing: Timing;
  readonly #onDue: (key: string) => void;
  readonly #due = new Map<string, number>();
  /** The earliest entry first; what was called off or moved stays in it until its time. */
  #heap: Entry[] = [];
  #timer: { readonly dueMs: number; readonly cancel: () => void } | undefined;

  constructor(timing: Timing, onDue: (key: string) => void) {
    this.#timing = timing;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#due.size;
  }

  /** Notes `key` for a time, unless it is due sooner already. */
  add(key: string, dueMs: number): void {
    const known = this.#due.get(key);
    if (known !== undefined && known <= dueMs) return;
    this.#due.set(key, dueMs);
    this.#push({ key, dueMs });
    this.#arm(this.#timing.nowMs());
  }

  cancel(key: string): void {
    if (!this.#due.delete(key)) return;
    if (this.#due.size === 0) this.clear();
    else if (this.#heap.length > this.#due.size * 2 + mostStale) this.#renew();
  }

  clear(): void {
    this.#due.clear();
    this.#heap = [];
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(nowMs: number): void {
    const dueMs = this.#first()?.dueMs;
    if (dueMs === undefined || (this.#timer !== undefined && this.#timer.dueMs <= dueMs)) return;
    this.#timer?.cancel();
    const cancel = this.#timing.after(Math.max(dueMs - nowMs, 0), () => this.#fire(dueMs));
    this.#timer = { dueMs, cancel };
  }

  #fire(dueMs: number): void {
    this.#timer = undefined;
    // A timer may come a moment before the clock agrees.
    const nowMs = Math.max(this.#timing.nowMs(), dueMs);
    for (let first = this.#first(); first !== undefined && first.dueMs <= nowMs; first = this.#first()) {
      this.#due.delete(first.key);
      this.#onDue(first.key);
    }
    this.#arm(nowMs);
  }

  /** The earliest entry that counts. */
  #first(): Entry | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#due.get(first.key) === first.dueMs) return first;
      this.#pop();
    }
    return undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let above = (at - 1) >> 1; at > 0; above = (at - 1) >> 1) {
      const parent = heap[above];
      if (parent === undefined || parent.dueMs <= entry.dueMs) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const [left, right] = [heap[below], heap[below + 1]];
      const isRight = right !== undefined && left !== undefined && right.dueMs < left.dueMs;
      const child = isRight ? right : left;
      if (child === undefined || child.dueMs >= last.dueMs) break;
      heap[at] = child;
      at = isRight ? below + 1 : below;
    }
    heap[at] = last;
  }

  #renew(): void {
    const entries = Array.from(this.#due, ([key, dueMs]) => ({ key, dueMs }));
    // A sorted list is a heap.
    this.#heap = entries.sort((a, b) => a.dueMs - b.dueMs);
  }
}
