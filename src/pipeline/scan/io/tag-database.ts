import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { TidemarkError, messageOf } from '../../../model/errors.ts';
import type { Log } from '../../../model/log.ts';
import { silentLog } from '../../../model/log.ts';
import { fileFailure } from '../../../model/file-failure.ts';
import { sqliteFailure, sqliteTrouble } from '../../../model/sqlite-failure.ts';
import type { TagChange, TagSet, TagStore, TagSummary } from '../ports.ts';
import { compareTagSets } from './compare-tag-sets.ts';
import { RecentChanges } from './recent-changes.ts';
import { openTagFile, setTagFileAside } from './tag-file.ts';
import { packTags, packTimes, unpackTags, unpackTimes } from './tag-set-codec.ts';

export interface TagDatabaseOptions {
  readonly log?: Log;
}

const noTimes = new Float64Array();

interface Row {
  readonly version: number;
  readonly checksum: string;
  readonly count: number;
  readonly tags: Uint8Array;
  readonly first_seen: Uint8Array;
}

interface Content {
  readonly key: string;
  readonly row: Row;
  readonly tags: readonly string[];
}

/**
 * Tag sets in an SQLite file: one row for a whole set, packed, because 2,000,000 rows of one tag each cost four times the disk and ten times the time.
 * A damaged file is set aside and begun anew: what it held can be scanned again.
 */
export function createTagDatabase(path: string, { log = silentLog }: TagDatabaseOptions = {}): TagStore {
  return new TagDatabase(path, log);
}

class TagDatabase implements TagStore {
  readonly #path: string;
  readonly #log: Log;
  #database: DatabaseSync;
  #statements: Map<string, StatementSync>;
  readonly #recent = new RecentChanges();
  /** What was read last, while there is memory to spare: many policies may select from one set. */
  #last: WeakRef<Content> | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#statements = new Map();
    this.#database = this.#openOrRebuild();
  }

  read(key: string): TagSet | undefined {
    const content = this.#guard(() => this.#content(key));
    if (content === undefined) return undefined;
    return { tags: content.tags, checksum: content.row.checksum, version: content.row.version };
  }

  changesSince(key: string, version: number): TagChange | undefined {
    const now = this.#guard(() => this.#versionOf(key));
    return now === undefined ? undefined : this.#recent.between(key, version, now);
  }

  summary(key: string): TagSummary | undefined {
    const row = this.#guard(() =>
      this.#statement('SELECT count, checksum FROM tag_set WHERE key = ?').get(key),
    );
    const { count, checksum } = row ?? {};
    return typeof count === 'number' && typeof checksum === 'string' ? { count, checksum } : undefined;
  }

  // oxlint-disable-next-line max-params -- the shape of the port
  write(key: string, tags: readonly string[], checksum: string, now: Date): TagChange {
    const packed = pack(key, tags);
    return this.#guard(() =>
      this.#transaction(() => {
        const row = this.#row(key);
        if (row !== undefined && Buffer.compare(row.tags, packed) === 0) {
          return { added: [], removed: [], version: row.version };
        }
        const before = this.#content(key);
        const { added, removed, origins } = compareTagSets(before?.tags ?? [], tags);
        const known = before === undefined ? noTimes : unpackTimes(before.row.first_seen, before.row.count);
        const times = new Float64Array(tags.length);
        for (let index = 0; index < times.length; index += 1) {
          const origin = origins[index] ?? -1;
          times[index] = origin === -1 ? now.getTime() : (known[origin] ?? 0);
        }
        const version = this.#nextVersion();
        this.#statement('INSERT OR REPLACE INTO tag_set VALUES (?, ?, ?, ?, ?, ?)').run(
          key,
          version,
          checksum,
          tags.length,
          packed,
          packTimes(times),
        );
        const change = { added, removed, version };
        // Should the transaction fail after all, the version that the change leads to never comes.
        this.#recent.note(key, before?.row.version, change);
        return change;
      }),
    );
  }

  firstSeen(key: string, tag: string): Date | undefined {
    const content = this.#guard(() => this.#content(key));
    const index = content?.tags.indexOf(tag) ?? -1;
    if (content === undefined || index === -1) return undefined;
    return new Date(unpackTimes(content.row.first_seen, content.row.count)[index] ?? 0);
  }

  delete(key: string): void {
    this.#guard(() => this.#statement('DELETE FROM tag_set WHERE key = ?').run(key));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** One set, unpacked. A set whose bytes have rotted is unknown, as if it had never been scanned. */
  #content(key: string): Content | undefined {
    const last = this.#last?.deref();
    if (last?.key === key && last.row.version === this.#versionOf(key)) return last;
    const row = this.#row(key);
    if (row === undefined) return undefined;
    try {
      const content = { key, row, tags: unpackTags(row.tags) };
      this.#last = new WeakRef(content);
      return content;
    } catch (error) {
      this.#log.error('a stored tag set is damaged; it will be scanned again', {
        key,
        error: messageOf(error),
      });
      return undefined;
    }
  }

  #row(key: string): Row | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- STRICT tables vouch for the types
    return this.#statement('SELECT * FROM tag_set WHERE key = ?').get(key) as Row | undefined;
  }

  #versionOf(key: string): number | undefined {
    const row = this.#statement('SELECT version FROM tag_set WHERE key = ?').get(key);
    return typeof row?.['version'] === 'number' ? row['version'] : undefined;
  }

  /** Counts over all sets and never goes back, so that a set that was deleted and came again is not taken for the old one. */
  #nextVersion(): number {
    const row = this.#statement('UPDATE last_version SET value = value + 1 RETURNING value').get();
    return Number(row?.['value']);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Runs `work`; when the file turns out to be damaged, begins a new one and runs it once more. */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (sqliteTrouble(error) !== 'damaged') throw this.#failure(error);
      this.#rebuild(error);
      return work();
    }
  }

  #openOrRebuild(): DatabaseSync {
    try {
      return openTagFile(this.#path, 0);
    } catch (error) {
      if (sqliteTrouble(error) !== 'damaged') throw this.#failure(error);
      setTagFileAside(this.#path, this.#log, error);
      return openTagFile(this.#path, Date.now());
    }
  }

  #rebuild(reason: unknown): void {
    this.close();
    setTagFileAside(this.#path, this.#log, reason);
    this.#statements = new Map();
    this.#recent.clear();
    this.#last = undefined;
    this.#database = openTagFile(this.#path, Date.now());
  }

  #failure(error: unknown): unknown {
    return fileFailure(sqliteFailure(error, this.#path), this.#path);
  }
}

function pack(key: string, tags: readonly string[]): Uint8Array {
  try {
    return packTags(tags);
  } catch (error) {
    throw new TidemarkError(
      'RegistryBadAnswer',
      `the tags of ${key} contain a line break, which no tag may`,
      {
        cause: error,
      },
    );
  }
}
