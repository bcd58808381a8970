import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldersOf, normalizeUpdatePath } from './update-path.ts';

test('all spellings of a path are one', () => {
  for (const path of ['apps/dev', './apps/dev', '/apps/dev', 'apps//dev/', 'apps/./dev/.', 'x/../apps/dev']) {
    assert.equal(normalizeUpdatePath(path), 'apps/dev', path);
  }
  for (const path of [undefined, '', '.', './', '/', 'a/..'])
    assert.equal(normalizeUpdatePath(path), '.', path);
  assert.equal(normalizeUpdatePath('foo..bar/...'), 'foo..bar/...');
});

test('a path that leaves the repository is refused by name', () => {
  for (const path of ['..', '../x', 'a/../../x', '/..']) {
    assert.throws(() => normalizeUpdatePath(path), {
      code: 'UpdatePathInvalid',
      message: `update.path ${JSON.stringify(path)} leaves the repository`,
    });
  }
  assert.throws(() => normalizeUpdatePath('a\0b'), { code: 'UpdatePathInvalid' });
});

test('the folders of a path are the latin1 of its bytes', () => {
  assert.deepEqual(foldersOf('./ü/x'), ['\u00c3\u00bc', 'x']);
  assert.deepEqual(foldersOf('.'), []);
});
