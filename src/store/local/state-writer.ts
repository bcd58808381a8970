import { isTidemarkError } from '../../model/errors.ts';
import type { Change, Entry, ObjectBook } from './object-book.ts';
import { toEntry } from './object-book.ts';
import type { ObjectTable, Removal } from './object-table.ts';
import type { Durability, StateDatabase } from './state-database.ts';
import type { StoredKind, StoredObject } from './stored-object.ts';
import { timestamp } from './stored-object.ts';

/** What one operation sees and changes. */
export interface Transaction {
  /** RFC 3339, whole seconds. */
  readonly now: string;
  /** As it is now, with what earlier operations of this transaction did. */
  find(kind: StoredKind, key: string): Entry | undefined;
  /** The same for an object that is not shown. */
  findHidden(kind: StoredKind, key: string): Entry | undefined;
  put(stored: StoredObject): Entry;
  remove(entry: Entry): void;
  /** Notes that the same manifest stands elsewhere now. Nobody is told: it is no change of the object. */
  relocate(stored: StoredObject): void;
  /** A number above all before it, for rows of other tables. */
  nextRevision(): number;
}

/** What a transaction has stored. */
export interface Committed {
  readonly changes: readonly Change[];
  readonly relocated: readonly Entry[];
  readonly revision: number;
}

interface Pending {
  readonly durability: Durability;
  readonly work: (transaction: Transaction) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export interface StateWriterOptions {
  readonly database: StateDatabase;
  readonly table: ObjectTable;
  readonly book: ObjectBook;
  readonly now: () => Date;
  /** Takes over what other processes wrote. Called with the write lock held. */
  readonly catchUp: () => void;
  /** Called once what changed is stored. */
  readonly committed: (outcome: Committed) => void;
}

/** Gathers what is written within one turn of the event loop into one transaction. A promise resolves when its part is stored. */
export class StateWriter {
  readonly #options: StateWriterOptions;
  #pending: Pending[] = [];
  #scheduled = false;

  constructor(options: StateWriterOptions) {
    this.#options = options;
  }

  submit<T>(durability: Durability, work: (transaction: Transaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `work` gives what `resolve` takes
      this.#pending.push({ durability, work, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Does it now, together with what is waiting. */
  now<T>(durability: Durability, work: (transaction: Transaction) => T): T {
    let outcome: { readonly value: T } | undefined;
    this.flush();
    this.#commit(durability, (transaction) => {
      outcome = { value: work(transaction) };
    });
    if (outcome === undefined) throw new Error('the transaction did nothing');
    return outcome.value;
  }

  flush(): void {
    this.#scheduled = false;
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const durability = pending.some((one) => one.durability === 'power') ? 'power' : 'crash';
    const settle: (() => void)[] = [];
    try {
      this.#commit(durability, (transaction) => {
        for (const one of pending) settle.push(attempt(one, transaction));
      });
    } catch (error) {
      for (const one of pending) one.reject(error);
      return;
    }
    for (const done of settle) done();
  }

  #commit(durability: Durability, work: (transaction: Transaction) => void): void {
    const { database, table, committed } = this.#options;
    const staged = new Staged(this.#options);
    database.transaction(durability, () => {
      this.#options.catchUp();
      staged.begin();
      work(staged);
      if (staged.dirty) table.setRevision(staged.revision);
    });
    if (staged.dirty || staged.relocated.length > 0) committed(staged);
  }
}

/** An operation that is refused spoils only itself; any other failure calls the whole transaction off. */
function attempt({ work, resolve, reject }: Pending, transaction: Transaction): () => void {
  try {
    const value = work(transaction);
    return () => resolve(value);
  } catch (error) {
    if (!isTidemarkError(error, 'NotFound', 'Conflict', 'AlreadyExists', 'OwnedByFile', 'ObjectInvalid'))
      throw error;
    return () => reject(error);
  }
}

/** A transaction in the making: the book stays as it is until all of it is stored. */
class Staged implements Transaction, Committed {
  readonly now: string;
  readonly changes: Change[] = [];
  readonly relocated: Entry[] = [];
  readonly #options: StateWriterOptions;
  readonly #entries = new Map<string, Entry | undefined>();
  #start = 0;
  revision = 0;

  constructor(options: StateWriterOptions) {
    this.#options = options;
    this.now = timestamp(options.now());
  }

  get dirty(): boolean {
    return this.revision !== this.#start;
  }

  begin(): void {
    this.#start = this.#options.table.revision();
    this.revision = this.#start;
  }

  find(kind: StoredKind, key: string): Entry | undefined {
    const id = idOf({ kind, key });
    return this.#entries.has(id) ? this.#entries.get(id) : this.#options.book.find(kind, key);
  }

  findHidden(kind: StoredKind, key: string): Entry | undefined {
    return this.#entries.has(idOf({ kind, key })) ? undefined : this.#options.book.findHidden(kind, key);
  }

  put(stored: StoredObject): Entry {
    const before = this.find(stored.kind, stored.key);
    const row = before ?? this.findHidden(stored.kind, stored.key);
    const after = toEntry({ ...stored, revision: this.nextRevision() });
    if (row === undefined || row.stored.uid === '') this.#options.table.insert(after.stored);
    else this.#options.table.update(after.stored, row.stored);
    this.#change(before, after, stored);
    return after;
  }

  remove(entry: Entry): void {
    this.#options.table.remove(entry.stored, this.nextRevision());
    this.#change(this.find(entry.stored.kind, entry.stored.key), undefined, entry.stored);
  }

  relocate(stored: StoredObject): void {
    const before = this.find(stored.kind, stored.key);
    if (before === undefined) return;
    this.#options.table.update(stored, before.stored);
    const after = { ...before, stored };
    this.#entries.set(idOf(stored), after);
    this.relocated.push(after);
  }

  nextRevision(): number {
    this.revision += 1;
    return this.revision;
  }

  #change(before: Entry | undefined, after: Entry | undefined, { kind, key }: Removal): void {
    this.#entries.set(idOf({ kind, key }), after);
    this.changes.push({ kind, key, before, after });
  }
}

function idOf({ kind, key }: Removal): string {
  return `${kind} ${key}`;
}
