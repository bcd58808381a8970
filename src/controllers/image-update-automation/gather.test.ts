import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitRepository } from '../../../test/builders/git-repository.ts';
import { imageUpdateAutomation } from '../../../test/builders/image-update-automation.ts';
import { noLogins } from '../../../test/builders/no-logins.ts';
import type { SigningKeys } from '../../pipeline/publish/ports.ts';
import type { ObjectStore } from '../../store/store.ts';
import { gatherSource } from './gather.ts';

test('a signing key is needed to push, and not to show what would be pushed', async () => {
  const repository = gitRepository({ spec: { ref: { branch: 'main' } } });
  const get = async (kind: string): Promise<unknown> => (kind === 'GitRepository' ? repository : undefined);
  const deps = {
    store: { get } as unknown as ObjectStore, // Without any Secret.
    crossNamespaceAllowed: true,
    readsLocalFiles: true,
    logins: noLogins,
    objectLevelIdentity: false,
  };
  const { signal } = new AbortController();
  const automation = imageUpdateAutomation({
    spec: {
      git: { commit: { author: { email: 'a@b' }, signingKey: { secretRef: { name: 'key' }, type: 'gpg' } } },
    },
  });
  const never: SigningKeys = { open: async () => assert.fail('there is no key to open') };
  await assert.rejects(gatherSource(automation, { ...deps, signing: never }, signal), {
    code: 'SourceManagerFailed',
    message:
      'failed configuring source manager: could not find signing key secret \'key\': secrets "key" not found',
  });
  const source = await gatherSource(automation, { ...deps, signing: undefined }, signal);
  assert.equal(source.sign, undefined);
});
