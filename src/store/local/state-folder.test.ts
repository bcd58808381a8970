import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { defaultStateFolder, prepareStateFolder } from './state-folder.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'state-folder-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('the state of a folder or a file lies beside it', (t) => {
  const root = folder(t);
  mkdirSync(join(root, 'objects'));
  writeFileSync(join(root, 'policy.yaml'), '');
  assert.equal(defaultStateFolder('objects', root), join(root, '.tidemark'));
  assert.equal(defaultStateFolder(join(root, 'objects/'), '/'), join(root, '.tidemark'));
  assert.equal(defaultStateFolder('policy.yaml', root), join(root, '.tidemark'));
});

test('the state of standard input lies in the working directory', (t) => {
  const root = folder(t);
  assert.equal(defaultStateFolder('-', root), join(root, '.tidemark'));
});

test('the state of the working directory, of a parent of it and of a Git checkout lies inside', (t) => {
  const root = folder(t);
  mkdirSync(join(root, 'checkout/.git'), { recursive: true });
  mkdirSync(join(root, 'here/below'), { recursive: true });
  assert.equal(defaultStateFolder('.', join(root, 'here')), join(root, 'here/.tidemark'));
  assert.equal(defaultStateFolder('..', join(root, 'here/below')), join(root, 'here/.tidemark'));
  assert.equal(defaultStateFolder('checkout', root), join(root, 'checkout/.tidemark'));
});

test('a state folder that is there is found from wherever one starts', (t) => {
  const root = folder(t);
  mkdirSync(join(root, 'objects'));
  mkdirSync(join(root, '.tidemark'));
  assert.equal(defaultStateFolder('.', join(root, 'objects')), join(root, '.tidemark'));
  mkdirSync(join(root, 'objects/.tidemark'));
  assert.equal(defaultStateFolder('objects', root), join(root, 'objects/.tidemark'));
});

test('a state folder is for its owner, and ignores itself in Git', (t) => {
  const path = join(folder(t), 'a/b/.tidemark');
  prepareStateFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(path, '.gitignore'), 'utf8'), '*\n');
  assert.equal(statSync(join(path, '.gitignore')).mode & 0o777, 0o600);
  writeFileSync(join(path, '.gitignore'), 'mine\n');
  prepareStateFolder(path);
  assert.equal(readFileSync(join(path, '.gitignore'), 'utf8'), 'mine\n');
});

test('a place where no folder can be is named, with what to do', (t) => {
  const root = folder(t);
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => prepareStateFolder(join(root, 'file/.tidemark')), {
    code: 'StateUnwritable',
    message: /cannot make the state folder .*file\/\.tidemark: .*; name another with --state/,
  });
});
