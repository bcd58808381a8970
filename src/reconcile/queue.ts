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
  readonly namespace?: (namespace: string) => boolean;
  readonly group?: (group: string) => boolean;
  readonly key?: (key: string) => boolean;
}

/**
 * Keys to work on: each at most once in the queue, each on one worker at a time. A key that is added while
 * it is worked on comes back when that work is done, so nothing that happens meanwhile is missed.
 *
 * Namespaces take turns, and within a namespace its groups do: whoever makes thousands of objects at once waits for them himself.
 * Nothing here takes longer because many keys wait.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** The group of each waiting key, as it was when the key came. */
  readonly #ready = new Map<string, string>();
  /** The waiting keys of each group of each namespace. */
  readonly #lines = new Map<string, Map<string, Set<string>>>();
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
  take(admission: Admission = {}): string | undefined {
    for (const [namespace, groups] of this.#lines) {
      if (admission.namespace?.(namespace) === false) continue;
      const key = admitted(groups, admission);
      if (key === undefined) continue;
      const group = this.#ready.get(key) ?? '';
      this.#leave(key);
      this.#active.add(key);
      // The others come first next time.
      sendToTheEnd(groups, group);
      sendToTheEnd(this.#lines, namespace);
      return key;
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
    const namespace = namespaceOf(key);
    const groups = this.#lines.get(namespace) ?? new Map<string, Set<string>>();
    this.#lines.set(namespace, groups);
    const keys = groups.get(group) ?? new Set<string>();
    groups.set(group, keys.add(key));
    this.#count(key, 1);
  }

  /** Takes a key out of those that wait. */
  #leave(key: string): boolean {
    const group = this.#ready.get(key);
    if (group === undefined) return false;
    this.#ready.delete(key);
    const namespace = namespaceOf(key);
    const groups = this.#lines.get(namespace);
    const keys = groups?.get(group);
    keys?.delete(key);
    if (keys?.size === 0) groups?.delete(group);
    if (groups?.size === 0) this.#lines.delete(namespace);
    return true;
  }

  #count(key: string, change: 1 | -1): void {
    const namespace = namespaceOf(key);
    const count = (this.#perNamespace.get(namespace) ?? 0) + change;
    if (count === 0) this.#perNamespace.delete(namespace);
    else this.#perNamespace.set(namespace, count);
  }
}

/** Of the waiting keys of one namespace the first that is admitted. */
function admitted(
  groups: ReadonlyMap<string, ReadonlySet<string>>,
  { group: admitGroup = () => true, key: admitKey = () => true }: Admission,
): string | undefined {
  for (const [group, keys] of groups) {
    if (!admitGroup(group)) continue;
    for (const key of keys) if (admitKey(key)) return key;
  }
  return undefined;
}

function sendToTheEnd<V>(map: Map<string, V>, key: string): void {
  const value = map.get(key);
  if (value === undefined) return;
  map.delete(key);
  map.set(key, value);
}

function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}
