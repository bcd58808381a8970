import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchRef, isRefName, shortRef } from './ref-name.ts';

test('names are ref names when git takes them', () => {
  for (const branch of ['main', 'feature/x', 'a.b', '-x', 'ü', '@', 'a@b', 'head'])
    assert.ok(isRefName(branchRef(branch)), branch);
  for (const branch of [
    '',
    'a b',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a//b',
    'a/',
    'a.',
    'a@{1}',
    'a\nb',
    'a\u007f',
  ]) {
    assert.ok(!isRefName(branchRef(branch)), branch);
  }
  assert.ok(!isRefName('HEAD'));
});

test('the short name of a ref is what follows its second slash', () => {
  assert.deepEqual(
    ['refs/heads/feature/x', 'refs/tags/v1', 'refs/pull/420/head', 'HEAD', 'a/b'].map(shortRef),
    ['feature/x', 'v1', '420/head', undefined, undefined],
  );
});
