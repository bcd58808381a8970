import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitRepository } from '../../../test/builders/git-repository.ts';
import type { GitRef } from '../../api/git-repository.ts';
import { planRoute, type Route } from './push-target.ts';

interface Wanted {
  /** Of the GitRepository. */
  readonly ref?: GitRef | undefined;
  /** Of the automation. */
  readonly own?: GitRef;
  readonly branch?: string;
}

function route({ ref, own, branch }: Wanted): Route {
  const source = gitRepository({ spec: { ref } });
  const commit = { author: { email: 'a@b' } };
  return planRoute(
    {
      commit,
      ...(own === undefined ? {} : { checkout: { ref: own } }),
      ...(branch === undefined ? {} : { push: { branch } }),
    },
    source,
  );
}

const commit = 'a'.repeat(40);
const withoutBranch: readonly GitRef[] = [
  { tag: 'v1.0.0' },
  { semver: '1.x' },
  { name: 'refs/heads/main' },
  { commit },
];

test('a ref that names no branch is read, and needs a push branch to write to', () => {
  for (const ref of withoutBranch) {
    for (const wanted of [{ ref }, { ref: { branch: 'other' }, own: ref }]) {
      assert.throws(() => route(wanted), {
        code: 'SourceManagerFailed',
        message:
          /: push spec not provided, and cannot be inferred from \.spec\.git\.checkout\.ref or GitRepository \.spec\.ref$/,
      });
      assert.deepEqual(route({ ...wanted, branch: 'main' }), {
        checkout: ref,
        push: { branch: 'main', switched: true },
      });
    }
  }
});

test('a ref with a branch is written to, whatever else it names, unless there is a push branch', () => {
  for (const ref of [{ branch: 'main' }, ...withoutBranch.map((one) => ({ ...one, branch: 'main' }))]) {
    assert.deepEqual(route({ ref }).push, { branch: 'main', switched: false });
    assert.deepEqual(route({ ref, branch: 'main' }).push, { branch: 'main', switched: false });
    assert.deepEqual(route({ ref, branch: 'bot' }).push, { branch: 'bot', switched: true });
    assert.deepEqual(route({ ref }).checkout, ref);
  }
});

test('without any ref the branch master is read, and a push branch is asked for unless it is that', () => {
  assert.throws(() => route({ ref: undefined }), { code: 'SourceManagerFailed' });
  assert.deepEqual(route({ ref: undefined, branch: 'master' }), {
    checkout: { branch: 'master' },
    push: { branch: 'master', switched: false },
  });
  assert.equal(route({ ref: undefined, branch: 'main' }).push.switched, true);
});
