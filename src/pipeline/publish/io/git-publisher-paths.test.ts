import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreeView } from '../ports.ts';
import { fleet, marked, setPublishStage, setTag, type PublishStage } from './testing/publish-stage.ts';

const link = (content: string): { readonly mode: string; readonly content: string } => ({
  mode: '120000',
  content,
});

async function viewAt(stage: PublishStage, path: string): Promise<TreeView> {
  let seen: TreeView | undefined;
  await stage.publish({
    path,
    draft: (view) => {
      seen = view;
      return undefined;
    },
  });
  assert.ok(seen);
  return seen;
}

const namesAt = async (stage: PublishStage, path: string): Promise<readonly string[]> =>
  (await viewAt(stage, path)).files.map((file) => file.path);

test('update.path is relative to the root of the repository, however it is spelt', async (t) => {
  const stage = await setPublishStage(t);
  for (const path of ['apps/dev', './apps/dev', '/apps/dev/', 'apps/./dev', 'apps/prod/../dev']) {
    assert.deepEqual(await namesAt(stage, path), ['apps/dev/web.yaml'], path);
    assert.equal((await viewAt(stage, path)).root, 'apps/dev');
  }
  for (const path of ['', '.', './', '/']) assert.equal((await namesAt(stage, path)).length, 2, path);
});

test('only files below the path are read, and only they are changed', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ path: 'apps/dev' });
  assert.equal(stage.repository.read('apps/dev/web.yaml').toString(), marked('web:2'));
  assert.equal(stage.repository.read('apps/prod/web.yaml').toString(), marked('web:1'));
});

test('a path that is not there, or leads out of the repository, is refused', async (t) => {
  const stage = await setPublishStage(t, {
    files: {
      ...fleet,
      out: link('../..'),
      abs: link('/etc'),
      'sub/lib': { mode: '160000', content: '1'.repeat(40) },
    },
  });
  const missing = (path: string): object => ({
    code: 'UpdatePathInvalid',
    message: `walking path for files: lstat ${path}: no such file or directory`,
  });
  await assert.rejects(stage.publish({ path: './gone' }), missing('./gone'));
  await assert.rejects(stage.publish({ path: 'apps/dev/web.yaml/x' }), missing('apps/dev/web.yaml/x'));
  await assert.rejects(stage.publish({ path: 'sub/lib' }), missing('sub/lib'));
  await assert.rejects(stage.publish({ path: '../other' }), {
    code: 'UpdatePathInvalid',
    message: 'update.path "../other" leaves the repository',
  });
  const through = { code: 'UpdatePathInvalid', message: /leaves the repository through a symbolic link$/ };
  await assert.rejects(stage.publish({ path: 'out/x' }), through);
  await assert.rejects(stage.publish({ path: 'abs' }), through);
});

test('a path to a single file is that file, if it passes the screens', async (t) => {
  const stage = await setPublishStage(t);
  const view = await viewAt(stage, 'apps/dev/web.yaml');
  assert.deepEqual([view.root, view.files.map(({ path }) => path)], ['apps/dev', ['apps/dev/web.yaml']]);
  assert.deepEqual(await namesAt(stage, 'apps/dev/plain.yaml'), []);
  assert.deepEqual(await namesAt(stage, 'README.md'), []);
  await stage.publish({ path: 'apps/dev/web.yaml' });
  assert.equal(stage.repository.read('apps/dev/web.yaml').toString(), marked('web:2'));
});

test('a path through a linked folder is the folder that it leads to', async (t) => {
  const stage = await setPublishStage(t, { files: { ...fleet, current: link('./apps/../apps/dev') } });
  const view = await viewAt(stage, 'current');
  assert.deepEqual([view.root, view.files.map(({ path }) => path)], ['apps/dev', ['apps/dev/web.yaml']]);
});

test('a link to a file is read and written through, also to a file outside the path; the link stays', async (t) => {
  const stage = await setPublishStage(t, {
    files: {
      'base/web.yml': marked('web:1'),
      'apps/dev/web.yaml': link('../../base/web.yml'),
      'apps/dev/chain.yaml': link('web.yaml'),
    },
  });
  const view = await viewAt(stage, 'apps');
  assert.deepEqual(
    view.files.map(({ path, mode, bytes, target }) => [path, mode, bytes.toString(), target?.toString()]),
    ['chain', 'web'].map((name) => [`apps/dev/${name}.yaml`, '120000', marked('web:1'), 'base/web.yml']),
  );
  const before = stage.repository.files();
  await stage.publish({ path: 'apps' });
  assert.equal(stage.repository.read('base/web.yml').toString(), marked('web:2'));
  const changed = [...stage.repository.files()].filter(([path, entry]) => before.get(path) !== entry);
  assert.deepEqual(
    changed.map(([path]) => path),
    ['base/web.yml'],
  );
});

test('links to folders, to nothing, in circles and to unmarked files are passed over; links out of the repository are told of', async (t) => {
  const stage = await setPublishStage(t, {
    files: {
      ...fleet,
      'l/folder.yaml': link('../apps'),
      'l/dangling.yaml': link('nowhere.yaml'),
      'l/circle.yaml': link('circle.yaml'),
      'l/plain.yaml': link('../apps/dev/plain.yaml'),
      'l/out.yaml': link('../../web.yaml'),
      'l/absolute.yaml': link('/etc/web.yaml'),
      'l/other.txt': link('/etc/x'),
    },
  });
  const view = await viewAt(stage, 'l');
  assert.deepEqual(view.files, []);
  assert.deepEqual(
    [...view.unreadable].sort((a, b) => (a.path < b.path ? -1 : 1)),
    [
      { path: 'l/absolute.yaml', reason: 'it is a symbolic link that leaves the repository' },
      { path: 'l/out.yaml', reason: 'it is a symbolic link that leaves the repository' },
    ],
  );
});

test('a file that is drafted twice with different content is an error, not a coin toss', async (t) => {
  const stage = await setPublishStage(t, { files: { 'a.yaml': marked('web:1'), 'b.yaml': link('a.yaml') } });
  const draft = (view: TreeView) => {
    const drafted = setTag('2')(view);
    return (
      drafted && {
        ...drafted,
        files: drafted.files.map(({ file }, index) => ({ file, bytes: Buffer.from(marked(`web:${index}`)) })),
      }
    );
  };
  await assert.rejects(stage.publish({ draft }), {
    code: 'GitFailed',
    message: "'b.yaml' was drafted twice, with different content",
  });
  assert.equal((await stage.publish()).outcome, 'pushed');
  assert.equal(stage.repository.read('a.yaml').toString(), marked('web:2'));
});

test('a changed file in a deep tree is found again after every commit, and an emptied folder is forgotten', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  stage.repository.commit({
    'apps/dev/web.yaml': null,
    'apps/dev/plain.yaml': null,
    'deep/er/still/x.yaml': marked('web:1'),
  });
  assert.deepEqual(await namesAt(stage, '.'), ['apps/prod/web.yaml', 'deep/er/still/x.yaml']);
  stage.repository.commit({ 'deep/er/still/x.yaml': 'no marker any more\n' });
  assert.deepEqual(await namesAt(stage, '.'), ['apps/prod/web.yaml']);
});
