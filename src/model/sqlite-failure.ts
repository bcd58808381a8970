import { TidemarkError, messageOf } from './errors.ts';

/** What kind of trouble SQLite reports. */
export type SqliteTrouble = 'full' | 'damaged' | 'busy' | 'unwritable' | 'other';

const troubles: Readonly<Record<number, SqliteTrouble>> = {
  5: 'busy',
  6: 'busy',
  8: 'unwritable', // read-only
  11: 'damaged', // corrupt
  13: 'full',
  14: 'unwritable', // cannot open
  23: 'unwritable', // not authorised
  26: 'damaged', // not a database
};

const ioErrorWrite = new Set([778, 1034, 1546, 4874]); // write, fsync, truncate, shm size

/** Tells by SQLite's result code what went wrong, or undefined when the error is not SQLite's. */
export function sqliteTrouble(error: unknown): SqliteTrouble | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  // A full disk shows up as a failed write when it hits the file of the shared memory.
  if (ioErrorWrite.has(error.errcode)) return 'full';
  return troubles[error.errcode & 0xff] ?? 'other';
}

/** The same error as a TidemarkError that says what to do. `file` is the database. Errors that are not SQLite's come back as they are. */
export function sqliteFailure(error: unknown, file: string): unknown {
  const trouble = sqliteTrouble(error);
  const options = { cause: error };
  switch (trouble) {
    case undefined:
      return error;
    case 'full':
      return new TidemarkError(
        'DiskFull',
        `no space left to write ${file}: free some space and try again`,
        options,
      );
    case 'busy':
      return new TidemarkError(
        'StateUnwritable',
        `${file} is being written by another process that does not finish: stop it and try again`,
        options,
      );
    case 'damaged':
      return new TidemarkError(
        'StateDamaged',
        `${file} is damaged (${messageOf(error)}): restore it from a copy, or move it away to start afresh`,
        options,
      );
    default:
      return new TidemarkError('StateUnwritable', `cannot use ${file}: ${messageOf(error)}`, options);
  }
}
