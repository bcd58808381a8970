import type { AnyObject } from '../../api/kinds.ts';
import type { StoredKind, StoredObject } from './stored-object.ts';
import { toObject } from './stored-object.ts';

/** An object as it is stored, and as it is shown. */
export interface Entry {
  readonly stored: StoredObject;
  readonly object: AnyObject;
}

/** One object before and after something happened to it. */
export interface Change {
  readonly kind: StoredKind;
  readonly key: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

export function toEntry(stored: StoredObject): Entry {
  return { stored, object: toObject(stored) };
}

/** The objects in memory: those that are shown, and those whose files lie outside of the paths. */
export class ObjectBook {
  readonly #shown = new Map<StoredKind, Map<string, Entry>>();
  readonly #hidden = new Map<StoredKind, Map<string, Entry>>();
  readonly #order = new Map<StoredKind, readonly string[]>();

  find(kind: StoredKind, key: string): Entry | undefined {
    return this.#shown.get(kind)?.get(key);
  }

  findHidden(kind: StoredKind, key: string): Entry | undefined {
    return this.#hidden.get(kind)?.get(key);
  }

  /** By namespace and name. */
  *all(kind: StoredKind): Iterable<Entry> {
    const entries = this.#shown.get(kind);
    if (entries === undefined) return;
    let order = this.#order.get(kind);
    if (order === undefined) {
      order = [...entries.keys()].sort();
      this.#order.set(kind, order);
    }
    for (const key of order) {
      const entry = entries.get(key);
      if (entry !== undefined) yield entry;
    }
  }

  show(entry: Entry): void {
    const { kind, key } = entry.stored;
    this.#hidden.get(kind)?.delete(key);
    const entries = this.#shown.get(kind) ?? new Map<string, Entry>();
    this.#shown.set(kind, entries);
    if (!entries.has(key)) this.#order.delete(kind);
    entries.set(key, entry);
  }

  hide(entry: Entry): void {
    const { kind, key } = entry.stored;
    this.remove(kind, key);
    const entries = this.#hidden.get(kind) ?? new Map<string, Entry>();
    this.#hidden.set(kind, entries);
    entries.set(key, entry);
  }

  remove(kind: StoredKind, key: string): void {
    this.#hidden.get(kind)?.delete(key);
    if (this.#shown.get(kind)?.delete(key) === true) this.#order.delete(kind);
  }
}
