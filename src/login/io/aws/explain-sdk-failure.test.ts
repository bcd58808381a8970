import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpFailure } from '../../../http/http-failure.ts';
import { explainSdkFailure } from './explain-sdk-failure.ts';

test('a failure to get credentials is told without what a program has printed', () => {
  assert.equal(
    explainSdkFailure(new Error('Command failed: helper --token SECRET\nSECRET')),
    'no AWS credentials: the credential_process of the profile failed',
  );
  assert.equal(
    explainSdkFailure(new Error('Profile\nx could not be found.')),
    'no AWS credentials: Profile x could not be found.',
  );
  const unreachable = new Error('x', { cause: new HttpFailure('unreachable', 'no such host') });
  assert.equal(explainSdkFailure(unreachable), 'no AWS credentials: no answer from AWS: no such host');
  assert.match(explainSdkFailure('x'), /^there are no AWS credentials here/);
});

test('what AWS itself has answered is told by its code', () => {
  const answered = (name: string): Error =>
    Object.assign(new Error('Words.'), { name, $metadata: { httpStatusCode: 400 } });
  assert.match(
    explainSdkFailure(answered('InvalidIdentityToken')),
    /^AWS does not take the token of the AWS identity of this process \(InvalidIdentityToken: Words\.\); check that IAM/,
  );
});
