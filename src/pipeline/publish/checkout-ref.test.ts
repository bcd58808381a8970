import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestTag, prefixesOf, resolveCheckout } from './checkout-ref.ts';
import type { CheckoutRef } from './ports.ts';

const id = (letter: string): string => letter.repeat(40);
const refs = new Map([
  ['refs/heads/main', { id: id('a') }],
  ['refs/heads/feature/x', { id: id('b') }],
  ['refs/tags/v1.0.0', { id: id('1'), peeled: id('c') }],
  ['refs/tags/1.0.0', { id: id('d') }],
  ['refs/tags/v0.9.0', { id: id('e') }],
  ['refs/tags/v2', { id: id('f') }],
  ['refs/heads/9.0.0', { id: id('0') }],
]);
const context = { url: 'http://host/x', switched: false };
const resolve = (checkout: CheckoutRef): readonly string[] =>
  resolveCheckout(checkout, refs, context).map(({ revision }) => revision);

test('only what a checkout needs is listed', () => {
  assert.deepEqual(prefixesOf({}), ['refs/heads/master']);
  assert.deepEqual(prefixesOf({ branch: 'x' }), ['refs/heads/x']);
  assert.deepEqual(prefixesOf({ branch: 'x', semver: '1' }), ['refs/tags/']);
  assert.deepEqual(prefixesOf({ tag: 'v1', semver: '1' }), ['refs/tags/v1']);
  assert.deepEqual(prefixesOf({ name: 'refs/tags/v1^{}', tag: 'x' }), ['refs/tags/v1']);
  assert.deepEqual(prefixesOf({ commit: id('a'), name: 'x' }), []);
});

test('an empty field counts as none', () => {
  assert.deepEqual(resolve({ commit: '', name: '', tag: '', semver: '', branch: 'main' }), [
    `main@sha1:${id('a')}`,
  ]);
});

test('revisions name the ref without its first two parts, and the commit behind a tag', () => {
  assert.deepEqual(resolve({ branch: 'feature/x' }), [`feature/x@sha1:${id('b')}`]);
  assert.deepEqual(resolve({ tag: 'v1.0.0' }), [`v1.0.0@sha1:${id('c')}`]);
  assert.deepEqual(resolve({ commit: id('9') }), [`sha1:${id('9')}`]);
  assert.deepEqual(resolve({ commit: id('9'), branch: 'main' }), [`main@sha1:${id('9')}`]);
  assert.deepEqual(resolve({ commit: 'a'.repeat(64) }), [`sha256:${'a'.repeat(64)}`]);
});

test('of semver tags all with the highest version remain, branches and other tags do not count', () => {
  assert.deepEqual(resolve({ semver: '>=0.1.0' }), [`v1.0.0@sha1:${id('c')}`, `1.0.0@sha1:${id('d')}`]);
  assert.deepEqual(resolve({ semver: '<1.0.0' }), [`v0.9.0@sha1:${id('e')}`]);
});

test('of tags with the same version the last committed counts, then the last by name, in whatever order they come', () => {
  const tags = [
    { ref: 'a', committed: 5 },
    { ref: 'c', committed: 5 },
    { ref: 'b', committed: 5 },
    { ref: 'z', committed: 4 },
  ];
  assert.equal(latestTag(tags)?.ref, 'c');
  assert.equal(latestTag([...tags].reverse())?.ref, 'c');
  assert.equal(latestTag([]), undefined);
});
