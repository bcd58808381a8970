import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { TidemarkError } from '../../model/errors.ts';
import { fileFailure } from '../../model/file-failure.ts';
import { sqliteFailure, sqliteTrouble } from '../../model/sqlite-failure.ts';

// Who runs on a state folder is told by a lock that the operating system keeps: an SQLite file held in an exclusive transaction.
// It goes when the process goes, however it ends, so there are no stale locks, and neither reused process ids nor containers
// with process ids of their own can confuse it. The file beside it only says who it is.

/** The state folder is ours until `release`, or the end of this process. Keep it: a lock that nobody refers to may be released. */
export interface StateLock {
  release(): void;
}

/** Takes the lock, or throws `StateLocked` with the pid of who has it. */
export function acquireStateLock(folder: string): StateLock {
  const path = join(folder, 'lock');
  let database: DatabaseSync | undefined;
  try {
    // Those who only look hold the file for a moment: wait for them.
    database = openLock(path, 500);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (sqliteTrouble(error) !== 'busy') throw fileFailure(sqliteFailure(error, path), path);
    throw new TidemarkError('StateLocked', lockedMessage(folder), { cause: error });
  }
  const held = database;
  writePid(folder);
  return {
    release: () => {
      if (held.isOpen) held.close();
    },
  };
}

/** True while a process holds the lock. */
export function isRunnerAlive(folder: string): boolean {
  const path = join(folder, 'lock');
  if (!existsSync(path)) return false;
  const database = openLock(path, 0);
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (sqliteTrouble(error) === 'busy') return true;
    throw sqliteFailure(error, path);
  } finally {
    database.close();
  }
}

/** The process that holds the lock, or undefined when none does. */
export function runnerPid(folder: string): number | undefined {
  return isRunnerAlive(folder) ? readPid(folder) : undefined;
}

function openLock(path: string, timeout: number): DatabaseSync {
  // Only when it is missing: to open and close the file by other means would drop a lock that this process holds on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  return new DatabaseSync(path, { timeout });
}

function lockedMessage(folder: string): string {
  const pid = readPid(folder);
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return `the state folder ${folder} is in use by ${who}: stop it first, or name another folder with --state`;
}

function writePid(folder: string): void {
  const path = join(folder, 'lock.json');
  try {
    writeFileSync(path, `${JSON.stringify({ pid: process.pid })}\n`, { mode: 0o600 });
  } catch {
    // The lock is ours all the same; nobody shall be told a wrong pid.
    rmSync(path, { force: true });
  }
}

function readPid(folder: string): number | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8'));
    return typeof content === 'object' &&
      content !== null &&
      'pid' in content &&
      typeof content.pid === 'number'
      ? content.pid
      : undefined;
  } catch {
    return undefined;
  }
}
