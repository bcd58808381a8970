import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { isTidemarkError } from './errors.ts';
import { sqliteFailure, sqliteTrouble } from './sqlite-failure.ts';

function failureOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('a database that may not grow any more is a full disk', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (a BLOB); PRAGMA max_page_count = 3');
  const error = failureOf(() => database.exec('INSERT INTO t VALUES (zeroblob(100000))'));
  assert.equal(sqliteTrouble(error), 'full');
  const failure = sqliteFailure(error, '/state/state.db');
  assert.ok(isTidemarkError(failure, 'DiskFull'));
  assert.equal(failure.cause, error);
  assert.match(String(failure), /no space left to write \/state\/state\.db: free some space/);
});

test('a file that cannot be opened is named', () => {
  const error = failureOf(() => new DatabaseSync('/nowhere/at/all.db'));
  const failure = sqliteFailure(error, '/nowhere/at/all.db');
  assert.ok(isTidemarkError(failure, 'StateUnwritable'));
  assert.match(failure.message, /cannot use \/nowhere\/at\/all\.db/);
});

test('any other result code keeps its text', () => {
  const database = new DatabaseSync(':memory:');
  const error = failureOf(() => database.exec('CREATE nonsense'));
  assert.equal(sqliteTrouble(error), 'other');
  assert.match(String(sqliteFailure(error, 'x.db')), /cannot use x\.db: .*syntax error/);
});

test('an error that is not of SQLite stays what it is', () => {
  const error = new Error('something else');
  assert.equal(sqliteTrouble(error), undefined);
  assert.equal(sqliteFailure(error, 'x.db'), error);
});
