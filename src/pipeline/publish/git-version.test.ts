import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkGitVersion } from './git-version.ts';

test('git is new enough from 2.31 on, whoever built it', () => {
  for (const version of [
    '2.31.0',
    '2.39.5',
    '2.50.1 (Apple Git-155)',
    '2.45.1.windows.1',
    '3.0.0',
    '2.100.0-rc1',
  ]) {
    checkGitVersion(`git version ${version}\n`);
  }
  for (const version of ['2.30.9', '1.99.0']) {
    assert.throws(() => checkGitVersion(`git version ${version}\n`), {
      code: 'GitFailed',
      message: `'git version ${version}' is too old: install git 2.31 or newer`,
    });
  }
  assert.throws(() => checkGitVersion('something else'), { code: 'GitFailed' });
});
