import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TidemarkError } from '../../../model/errors.ts';
import { isDiskError, namedDiskError } from './disk-error.ts';

const failed = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

test('a full and a closed disk have names, everything else stays as it is', () => {
  const codeOf = (error: unknown): unknown => error instanceof TidemarkError && error.code;
  assert.deepEqual(
    ['ENOSPC', 'EDQUOT'].map((code) => codeOf(namedDiskError(failed(code)))),
    ['DiskFull', 'DiskFull'],
  );
  assert.deepEqual(
    ['EACCES', 'EPERM', 'EROFS'].map((code) => codeOf(namedDiskError(failed(code)))),
    ['StateUnwritable', 'StateUnwritable', 'StateUnwritable'],
  );
  for (const other of [
    failed('ENOENT'),
    new Error('x'),
    'text',
    new TidemarkError('UpdatePathInvalid', 'x'),
  ]) {
    assert.equal(namedDiskError(other), other);
    assert.equal(isDiskError(other), false);
  }
  assert.ok(isDiskError(failed('ENOSPC')));
  assert.ok(isDiskError(new TidemarkError('DiskFull', 'x')));
});
