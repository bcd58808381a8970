import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitRepository } from './git-repository.ts';
import { imagePolicy } from './image-policy.ts';
import { imageRepository } from './image-repository.ts';
import { imageUpdateAutomation } from './image-update-automation.ts';
import { namespace } from './namespace.ts';
import { secret } from './secret.ts';

test('built objects carry the defaults of their schema and what the test asked for', () => {
  assert.deepEqual(imageRepository().spec.exclusionList, [String.raw`^.*\.sig$`]);
  assert.equal(imagePolicy({ name: 'web' }).spec.imageRepositoryRef.name, 'web');
  assert.equal(imageUpdateAutomation().spec.update.strategy, 'Setters');
  assert.equal(gitRepository({ metadata: { generation: 7 } }).metadata.generation, 7);
  assert.equal(secret('git', { password: 'pw' }).data['password'], 'cHc=');
  assert.deepEqual(namespace('team-a', { team: 'a' }).metadata.labels, { team: 'a' });
});

test('an object that its schema refuses cannot be built', () => {
  assert.throws(
    () => imagePolicy({ spec: { digestReflectionPolicy: 'Always' } }),
    /spec\.interval must be set/,
  );
});
