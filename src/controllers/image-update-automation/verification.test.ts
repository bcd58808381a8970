import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitRepository } from '../../../test/builders/git-repository.ts';
import { imageUpdateAutomation } from '../../../test/builders/image-update-automation.ts';
import { secret } from '../../../test/builders/secret.ts';
import type { GitRef } from '../../api/git-repository.ts';
import { planVerification, trustedKeys, type Verification } from './verification.ts';

function plan(mode: 'HEAD' | 'head' | 'Tag' | 'TagAndHEAD', own?: GitRef): Verification {
  const repository = gitRepository({ spec: { verify: { mode, secretRef: { name: 'keys' } } } });
  const commit = { author: { email: 'a@b' } };
  const git = own === undefined ? { commit } : { commit, checkout: { ref: own } };
  return planVerification(imageUpdateAutomation({ spec: { git } }), repository);
}

test('the commit of the GitRepository’s own ref is verified, also when the automation repeats that ref', () => {
  assert.deepEqual(plan('HEAD'), { secret: 'keys' });
  assert.deepEqual(plan('head'), { secret: 'keys' });
  assert.deepEqual(plan('HEAD', { branch: 'main', tag: '' }), { secret: 'keys' });
  assert.deepEqual(planVerification(imageUpdateAutomation(), gitRepository()), {});
});

test('what is not verified is said', () => {
  const whose = "spec.verify of GitRepository 'apps/fleet'";
  assert.deepEqual(plan('HEAD', { branch: 'other' }), {
    gap: `${whose} is not applied: this automation has a checkout ref of its own`,
  });
  assert.deepEqual(plan('Tag'), {
    gap: `${whose} is not applied: its mode Tag is about tags, and not about the commit`,
  });
  assert.deepEqual(plan('TagAndHEAD'), {
    secret: 'keys',
    gap: `${whose} is applied to the commit alone: tags are not verified`,
  });
});

test('every key of the Secret counts', () => {
  assert.deepEqual(trustedKeys(secret('keys', { 'a.asc': 'A', 'b.sshpub': 'B' })), {
    secret: 'apps/keys',
    keys: [
      { name: 'a.asc', text: 'A' },
      { name: 'b.sshpub', text: 'B' },
    ],
  });
});
