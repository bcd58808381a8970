import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureGatesFlag } from './feature-gates.ts';

test('identities of objects are off until their gate says true', () => {
  assert.equal(featureGatesFlag.read(undefined).objectLevelWorkloadIdentity, false);
  assert.equal(featureGatesFlag.read('ObjectLevelWorkloadIdentity=true').objectLevelWorkloadIdentity, true);
});

test('a gate that has nothing to turn is refused with the reason, and an unknown one by name', () => {
  assert.throws(
    () => featureGatesFlag.read('GitShallowClone=true'),
    /nothing to turn here: repositories are/,
  );
  assert.throws(() => featureGatesFlag.read('ObjectLevelWorkloadIdentiy=true'), /did you mean ObjectLevel/);
  assert.throws(() => featureGatesFlag.read('ObjectLevelWorkloadIdentity'), /takes true or false/);
});
