import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleOf, sessionName } from './role.ts';

test('the role stands in an annotation, in any partition', () => {
  for (const role of ['arn:aws:iam::123456789012:role/reader', 'arn:aws-us-gov:iam::1:role/path/to/reader'])
    assert.equal(roleOf({ 'eks.amazonaws.com/role-arn': role }), role);
  for (const [annotations, shown] of [
    [{}, ''],
    [{ 'eks.amazonaws.com/role-arn': 'foobar' }, 'foobar'],
  ] as const)
    assert.throws(() => roleOf(annotations), {
      code: 'LoginFailed',
      message: String.raw`invalid eks.amazonaws.com/role-arn annotation: '${shown}'. must match ^arn:aws[\w-]*:iam::[0-9]{1,30}:role/.{1,200}$`,
    });
});

test('a session is named after the account and the region, in no more than AWS takes', () => {
  assert.equal(sessionName({ namespace: 'apps', name: 'web' }, 'us-east-1'), 'web.apps.us-east-1.fluxcd.io');
  const long = sessionName({ namespace: 'n'.repeat(63), name: 'account' }, 'ap-southeast-2');
  assert.equal(long.length, 64);
  assert.match(long, /^account\.n+\.ap-southeast-2\.fluxcd\.io$/);
});
