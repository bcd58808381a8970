import type { Timing } from './agenda.ts';
import { Agenda } from './agenda.ts';

export interface WorkQueueOptions extends Timing {
  /** Called when a key has become ready. */
  readonly onReady: () => void;
  /** Keys that are admitted or not together; all are one group without it. */
  readonly groupOf?: (key: string) => string;
}

/** Which keys may be handed out. */
export interface Admission {
  readonly group?: (group: string) => boolean;
  readonly key?: (key: string) => boolean;
}

/**
 * Keys to work on: each at most once in the queue, each on one worker at a time. A key that is added while
 * it is worked on comes back when that work is done, so nothing that happens meanwhile is missed.
 *
 * Groups take turns. Nothing here takes longer because many keys wait.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** The group of each waiting key, as it was when the key came. */
  readonly #ready = new Map<string, string>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #active = new Set<string>();
  readonly #again = new Set<string>();
  readonly #agenda: Agenda;
  /** How many keys of each namespace wait for a worker or are on one. */
  readonly #perNamespace = new Map<string, number>();

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options, (key) => this.add(key));
  }

  add(key: string): void {
    this.#agenda.cancel(key);
    if (this.#active.has(key)) {
      this.#again.add(key);
      return;
    }
    if (!this.#ready.has(key)) this.#enter(key);
    this.#options.onReady();
  }

  /** Adds `key` after `ms`, or sooner if it is already due sooner. */
  addAfter(key: string, ms: number): void {
    this.#agenda.add(key, this.#options.nowMs() + ms);
  }

  /** The next key that is admitted, now active; `done` must follow. */
  take({ group: admitGroup = () => true, key: admitKey = () => true }: Admission = {}): string | undefined {
    for (const [group, keys] of this.#groups) {
      if (!admitGroup(group)) continue;
      for (const key of keys) {
        if (!admitKey(key)) continue;
        this.#leave(key);
        this.#active.add(key);
        // The others come first next time.
        if (this.#groups.delete(group) && keys.size > 0) this.#groups.set(group, keys);
        return key;
      }
    }
    return undefined;
  }

  done(key: string): void {
    if (this.#active.delete(key)) this.#count(key, -1);
    if (this.#again.delete(key)) this.add(key);
  }

  forget(key: string): void {
    this.#agenda.cancel(key);
    if (this.#leave(key)) this.#count(key, -1);
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
    return this.#agenda.size;
  }

  /** True when a key of `namespace` waits for a worker or is on one. */
  busyIn(namespace: string): boolean {
    return this.#perNamespace.has(namespace);
  }

  close(): void {
    this.#agenda.clear();
    for (const key of this.#ready.keys()) this.forget(key);
    this.#again.clear();
  }

  #enter(key: string): void {
    const group = this.#options.groupOf?.(key) ?? '';
    this.#ready.set(key, group);
    const keys = this.#groups.get(group);
    if (keys === undefined) this.#groups.set(group, new Set([key]));
    else keys.add(key);
    this.#count(key, 1);
  }

  /** Takes a key out of those that wait. */
  #leave(key: string): boolean {
    const group = this.#ready.get(key);
    if (group === undefined) return false;
    this.#ready.delete(key);
    const keys = this.#groups.get(group);
    keys?.delete(key);
    if (keys?.size === 0) this.#groups.delete(group);
    return true;
  }

  #count(key: string, change: 1 | -1): void {
    const namespace = key.slice(0, key.indexOf('/'));
    const count = (this.#perNamespace.get(namespace) ?? 0) + change;
    if (count === 0) this.#perNamespace.delete(namespace);
    else this.#perNamespace.set(namespace, count);
  }
}
