import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { TidemarkError, isTidemarkError } from './errors.ts';
import { fileFailure } from './file-failure.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: refused, write`), { code, syscall: 'write', errno: -1 });
}

test('a full disk is told from a file that cannot be written', () => {
  const full = fileFailure(systemError('ENOSPC'), '/state/x');
  assert.ok(isTidemarkError(full, 'DiskFull'));
  assert.equal(full.message, 'no space left to write /state/x: free some space and try again');
  assert.ok(isTidemarkError(fileFailure(systemError('EDQUOT'), '/state/x'), 'DiskFull'));
  const refused = fileFailure(systemError('EROFS'), '/state/x');
  assert.ok(isTidemarkError(refused, 'StateUnwritable'));
  assert.equal(refused.message, 'cannot write /state/x: EROFS: refused, write');
});

test('the error of a real call is recognised', () => {
  try {
    readFileSync('/nowhere/at/all');
  } catch (error) {
    assert.ok(isTidemarkError(fileFailure(error, '/nowhere/at/all'), 'StateUnwritable'));
  }
});

test('other errors stay what they are', () => {
  const own = new TidemarkError('NotFound', 'x');
  const other = new Error('y');
  assert.equal(fileFailure(own, 'p'), own);
  assert.equal(fileFailure(other, 'p'), other);
  assert.equal(fileFailure('text', 'p'), 'text');
});
