import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUpdateCandidate, markerNeedle } from './screen.ts';

const candidates = [
  'a.yaml',
  'a.yml',
  'Kustomization',
  'dir/Kustomization',
  'dir/.yaml',
  '.github/x.yml',
  'a..b.yaml',
  'a.tar.yaml',
  'ä ö.yaml',
  'a\nb.yaml',
];
const others = [
  'a.YAML',
  'a.Yml',
  'a.json',
  'a.yaml.tmpl',
  'a.yamlx',
  'yaml',
  'kustomization',
  'Kustomization.txt',
  'xKustomization',
  'dir.yaml/x',
  'Kustomization/x',
  '',
];

for (const path of candidates) {
  test(`${JSON.stringify(path)} is searched for markers`, () => {
    assert.equal(isUpdateCandidate(path), true);
  });
}

for (const path of others) {
  test(`${JSON.stringify(path)} is not searched for markers`, () => {
    assert.equal(isUpdateCandidate(path), false);
  });
}

test('the needle is the key with its double quotes', () => {
  assert.equal(markerNeedle.toString(), '"$imagepolicy"');
});
