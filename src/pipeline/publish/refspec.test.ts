import assert from 'node:assert/strict';
import { test } from 'node:test';
import { translateRefspec } from './refspec.ts';

const commit = 'c'.repeat(40);
const base = 'b'.repeat(40);
const refs = { push: { branch: 'auto', commit }, checkout: { branch: 'main', commit: base } };
const translate = (refspec: string, forced = false): readonly string[] | string => {
  const result = translateRefspec(refspec, refs, { forced });
  return 'problem' in result ? result.problem : result.specs;
};

test('a source is a local ref of the clone that Flux would have made, or a commit', () => {
  assert.deepEqual(translate('refs/heads/auto:refs/heads/x'), [`${commit}:refs/heads/x`]);
  assert.deepEqual(translate('refs/heads/main:refs/heads/x'), [`${base}:refs/heads/x`]);
  assert.deepEqual(translate('HEAD:refs/for/main'), [`${commit}:refs/for/main`]);
  assert.deepEqual(translate(`${base}:refs/heads/x`), [`${base}:refs/heads/x`]);
  assert.deepEqual(translate('refs/heads/other:refs/heads/x'), []);
  assert.deepEqual(translate('auto:refs/heads/x'), []);
});

test('a wildcard stands for every branch that matches', () => {
  assert.deepEqual(translate('refs/heads/*:refs/heads/copy/*'), [
    `${base}:refs/heads/copy/main`,
    `${commit}:refs/heads/copy/auto`,
  ]);
  assert.deepEqual(translate('refs/heads/a*o:refs/x/*'), [`${commit}:refs/x/ut`]);
  assert.deepEqual(translate('refs/tags/*:refs/tags/*'), []);
});

test('a plus, or a switched branch, forces; a deletion needs no plus', () => {
  assert.deepEqual(translate('+refs/heads/auto:refs/heads/x'), [`+${commit}:refs/heads/x`]);
  assert.deepEqual(translate('refs/heads/auto:refs/heads/x', true), [`+${commit}:refs/heads/x`]);
  assert.deepEqual(translate(':refs/heads/x', true), [':refs/heads/x']);
});

test('what is malformed is named as go-git names it', () => {
  for (const refspec of ['', 'main', 'main:', 'a:b:c'])
    assert.equal(translate(refspec), 'malformed refspec, separators are wrong', refspec);
  for (const refspec of ['refs/*:refs/x', 'refs/x:refs/*', 'refs/*/*:refs/*/*'])
    assert.equal(translate(refspec), 'malformed refspec, mismatched number of wildcards', refspec);
  assert.equal(translate('HEAD:main'), 'command error on main: funny refname');
});
