import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

import { TidemarkError } from '../../model/errors.ts';
import { fileFailure } from '../../model/file-failure.ts';
import { sqliteFailure } from '../../model/sqlite-failure.ts';
import { migrations } from './state-schema.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** How much a transaction must outlive. Any crash of the process in both cases, `power` also that of the machine. */
export type Durability = 'crash' | 'power';

/** The file that holds everything which is not the owner's YAML: status, overlays, events. Several processes may have it open. */
export class StateDatabase {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #dataVersion = -1;
  #durability: Durability | undefined;

  constructor(folder: string) {
    this.path = join(folder, 'state.db');
    this.#database = this.#guard(() => open(this.path));
  }

  all(sql: string, values: readonly SQLInputValue[] = []): readonly Row[] {
    return this.#guard(() => this.#statement(sql).all(...values));
  }

  get(sql: string, values: readonly SQLInputValue[] = []): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values));
  }

  run(sql: string, values: readonly SQLInputValue[] = []): void {
    this.#guard(() => this.#statement(sql).run(...values));
  }

  /** All of `work` is stored when this returns, and nothing of it when it throws. */
  transaction<T>(durability: Durability, work: () => T): T {
    return this.#guard(() => {
      if (durability !== this.#durability) {
        this.#database.exec(`PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`);
        this.#durability = durability;
      }
      return this.#bracket('BEGIN IMMEDIATE', work);
    });
  }

  /** Everything that `work` reads is of one moment. */
  snapshot<T>(work: () => T): T {
    return this.#guard(() => this.#bracket('BEGIN', work));
  }

  /** True when another process has written since the last call. */
  changedElsewhere(): boolean {
    const version = Number(this.get('PRAGMA data_version')?.['data_version']);
    const changed = version !== this.#dataVersion;
    this.#dataVersion = version;
    return changed;
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #bracket<T>(begin: string, work: () => T): T {
    this.#database.exec(begin);
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fileFailure(sqliteFailure(error, this.path), this.path);
    }
  }
}

function open(path: string): DatabaseSync {
  // SQLite gives its other files the mode of this one.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY');
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  if (versionOf(database) === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have been faster.
    const found = versionOf(database);
    if (found > migrations.length) throw tooNew(path, found);
    for (const migration of migrations.slice(found)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

function tooNew(path: string, found: number): TidemarkError {
  return new TidemarkError(
    'StateTooNew',
    `${path} was written by a newer version of Tidemark (format ${found}, this one knows ${migrations.length}): use that version, or name another folder with --state`,
  );
}
