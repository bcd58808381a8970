/** The peers of these tests are what they claim to be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dockerRegistryMissing, startDockerRegistry } from './harness/docker-registry.ts';
import { imageOf } from './harness/oci-image.ts';
import { createWorkspace } from './harness/workspace.ts';

const skip = dockerRegistryMissing();
const account = { username: 'puller', password: 'CANARY-reg-pw' };

test(
  'a real registry takes tiny images and lists their tags; the digest depends on the tag alone',
  { skip },
  async (t) => {
    const registry = await startDockerRegistry(t, createWorkspace(t));
    const digest = await registry.push('team/app', '1.0.0');
    assert.equal(digest, imageOf('1.0.0').manifest.digest);
    assert.notEqual(await registry.push('team/app', '1.1.0'), digest);
    await registry.untag('team/app', '1.0.0');
    const response = await fetch(`http://${registry.host}/v2/team/app/tags/list`);
    assert.deepEqual(await response.json(), { name: 'team/app', tags: ['1.1.0'] });
  },
);

test('with a password it answers nobody else', { skip }, async (t) => {
  const registry = await startDockerRegistry(t, createWorkspace(t), account);
  await registry.push('team/app', '1.0.0');
  const response = await fetch(`http://${registry.host}/v2/team/app/tags/list`);
  assert.equal(response.status, 401);
});
