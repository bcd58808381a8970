import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { messageOf } from '../../../model/errors.ts';
import type { Log } from '../../../model/log.ts';

/** Raised when the tables change. Tags can be scanned again, so a file of another version is set aside like a damaged one. */
const formatVersion = 2;

/** Safe to run when another process was faster. */
const create = (firstVersion: number): string => `
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS tag_set (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, checksum TEXT NOT NULL, count INTEGER NOT NULL,
    tags BLOB NOT NULL, first_seen BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS last_version (value INTEGER NOT NULL) STRICT;
  INSERT INTO last_version SELECT ${firstVersion} WHERE NOT EXISTS (SELECT 1 FROM last_version);
  PRAGMA user_version = ${formatVersion};
  COMMIT;`;

/**
 * Opens the file of a tag database, or makes it. Throws an SQLite error that counts as damage when it is none.
 *
 * `firstVersion` is where versions begin in a new file: after a rebuild above any that a reader may still know.
 */
export function openTagFile(path: string, firstVersion: number): DatabaseSync {
  // SQLite gives its other files the mode of this one.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    // The cache is small on purpose: a set is read once per scan. NORMAL outlives any crash of the process; a power cut costs the last scans.
    database.exec(
      'PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512',
    );
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found !== 0 && found !== formatVersion) throw damaged(`written by another version (${found})`);
    if (found === 0) database.exec(create(firstVersion));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Renames a damaged file, so that a new one can be made and the old one looked at. */
export function setTagFileAside(path: string, log: Log, reason: unknown): void {
  const suffix = `damaged-${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(path + part)) renameSync(path + part, `${path}.${suffix}${part}`);
  }
  log.error('the tag database was damaged and has been set aside; tags will be scanned again', {
    file: `${basename(path)}.${suffix}`,
    error: messageOf(reason),
  });
}

/** The same shape as SQLite's own error for a file that is none of its own. */
function damaged(message: string): Error {
  return Object.assign(new Error(message), { errcode: 26 });
}
