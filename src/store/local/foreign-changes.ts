import type { ObjectBook } from './object-book.ts';
import { toEntry } from './object-book.ts';
import type { ObjectTable } from './object-table.ts';
import type { StateDatabase } from './state-database.ts';
import type { StoredObject } from './stored-object.ts';
import type { Happening } from '../watch-hub.ts';

export interface ForeignChangesOptions {
  readonly database: StateDatabase;
  readonly table: ObjectTable;
  readonly book: ObjectBook;
  /** Whether an object of another process is one of ours. */
  readonly isOurs: (stored: StoredObject) => boolean;
  readonly publish: (happening: Happening) => void;
}

/** Takes over what other processes have written to the state. */
export class ForeignChanges {
  readonly #options: ForeignChangesOptions;
  /** Everything up to here is in the book. */
  #reached = 0;

  constructor(options: ForeignChangesOptions) {
    this.#options = options;
  }

  /** What this process has written itself needs no second look. */
  ownCommit(revision: number): void {
    this.#reached = revision;
  }

  /** Looks for changes. Returns whether there was anything new, of whatever table. */
  look(): boolean {
    const { database } = this.#options;
    if (!database.changedElsewhere()) return false;
    database.snapshot(() => this.absorb());
    return true;
  }

  /** The same, within a transaction. */
  absorb(): void {
    const { table, book, isOurs, publish } = this.#options;
    const revision = table.revision();
    if (revision === this.#reached) return;
    for (const { kind, key } of table.removedSince(this.#reached)) {
      const before = book.find(kind, key);
      book.remove(kind, key);
      if (before !== undefined) publish({ kind, before: before.object, after: undefined });
    }
    for (const stored of table.changedSince(this.#reached)) {
      const before = book.find(stored.kind, stored.key);
      const entry = toEntry(stored);
      if (!isOurs(stored)) {
        book.hide(entry);
        if (before !== undefined) publish({ kind: stored.kind, before: before.object, after: undefined });
        continue;
      }
      book.show(entry);
      publish({ kind: stored.kind, before: before?.object, after: entry.object });
    }
    this.#reached = revision;
  }
}
