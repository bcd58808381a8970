import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { listSources, mayBeSource } from './source-files.ts';

function tree(t: TestContext, files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'source-files-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

function namesIn(root: string, ...paths: readonly string[]): readonly string[] {
  return listSources(paths.map((path) => join(root, path))).files.map(({ path }) => relative(root, path));
}

test('a folder gives its YAML and JSON files, down to the bottom, by name', (t) => {
  const root = tree(t, ['b.yml', 'a.yaml', 'sub/deep/c.json', 'sub/README.md', 'script.sh', 'D.YAML']);
  assert.deepEqual(namesIn(root, ''), ['D.YAML', 'a.yaml', 'b.yml', 'sub/deep/c.json']);
});

test('hidden names and node_modules are passed over', (t) => {
  const root = tree(t, [
    '.git/x.yaml',
    '.hidden.yaml',
    '.tidemark/x.yaml',
    'node_modules/p/x.json',
    'a.yaml',
  ]);
  assert.deepEqual(namesIn(root, ''), ['a.yaml']);
});

test('a file that is named is taken whatever it is called, and paths keep their order', (t) => {
  const root = tree(t, ['z/one.yaml', 'a/two.yaml', 'objects.txt']);
  assert.deepEqual(namesIn(root, 'z', 'objects.txt', 'a'), ['z/one.yaml', 'objects.txt', 'a/two.yaml']);
});

test('a file that is reached twice is read once', (t) => {
  const root = tree(t, ['a/one.yaml', 'b/two.yaml']);
  symlinkSync('../a/one.yaml', join(root, 'b/link.yaml'));
  assert.deepEqual(namesIn(root, '', 'a', 'a/one.yaml'), ['a/one.yaml', 'b/two.yaml']);
});

test('links are followed, also in circles, and those that lead nowhere are no files', (t) => {
  const root = tree(t, ['objects/a.yaml', 'elsewhere/b.yaml']);
  symlinkSync('../elsewhere', join(root, 'objects/linked'));
  symlinkSync('..', join(root, 'objects/circle'));
  symlinkSync('nowhere.yaml', join(root, 'objects/dangling.yaml'));
  const listing = listSources([join(root, 'objects')]);
  assert.deepEqual(listing.files.map(({ path }) => relative(root, path)).sort(), [
    'objects/a.yaml',
    'objects/circle/elsewhere/b.yaml',
  ]);
  assert.deepEqual(listing.unreachable, []);
});

test('the layout of a mounted ConfigMap is read through its links, once', (t) => {
  const root = tree(t, ['..2026_01/policy.yaml']);
  symlinkSync('..2026_01', join(root, '..data'));
  symlinkSync('..data/policy.yaml', join(root, 'policy.yaml'));
  const listing = listSources([root]);
  assert.deepEqual(
    listing.files.map(({ path }) => relative(root, path)),
    ['policy.yaml'],
  );
  assert.ok(listing.folders.has(join(root, '..2026_01')));
});

test('a path that is gone is unreachable, which is not the same as empty', (t) => {
  const root = tree(t, ['a.yaml']);
  const listing = listSources([join(root, 'gone'), root]);
  assert.deepEqual(
    listing.unreachable.map(({ absolute, problem }) => [relative(root, absolute), problem.message]),
    [['gone', 'cannot be read: there is no such file or folder']],
  );
  assert.equal(listing.files.length, 1);
});

test('changes of names that cannot matter are passed over', (t) => {
  const root = tree(t, ['v1.2/a.yaml', 'build.log']);
  assert.ok(mayBeSource(root, 'a.yaml'));
  assert.ok(mayBeSource(root, '..data'));
  assert.ok(mayBeSource(root, 'v1.2'));
  for (const name of ['build.log', '.a.yaml.swp', '.git', '4913']) assert.ok(!mayBeSource(root, name), name);
});
