import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PublishResult, TreeView } from '../ports.ts';
import { wrapGit } from './testing/git-wrapper.ts';
import { bot, fleet, marked, setPublishStage, setTag } from './testing/publish-stage.ts';

function pushed(result: PublishResult): Extract<PublishResult, { outcome: 'pushed' | 'would-push' }> {
  assert.ok(result.outcome === 'pushed' || result.outcome === 'would-push', result.outcome);
  return result;
}

test('a draft becomes one commit on the branch, with its author, time and message byte for byte', async (t) => {
  const stage = await setPublishStage(t);
  const before = stage.repository.head();
  const message = '  Automated update\n\n- ünï <code>\n\n\n';
  const result = pushed(await stage.publish({ draft: setTag('2', message) }));
  const [commit, ...older] = stage.repository.log();
  assert.equal(result.outcome, 'pushed');
  assert.equal(result.commit, commit?.id);
  assert.equal(result.base, before);
  assert.equal(result.branch, 'main');
  assert.equal(result.revision, `main@sha1:${before}`);
  assert.deepEqual(commit?.parents, [before]);
  assert.equal(commit?.message, message);
  assert.equal(older.length, 1);
  const header = stage.repository
    .git('cat-file', 'commit', 'main')
    .toString()
    .split('\n\n')[0]
    ?.split('\n')
    .slice(2);
  const who = 'Bot <bot@example.com> 1715557000 +0000';
  assert.deepEqual(header, [`author ${who}`, `committer ${who}`]);
  assert.equal(stage.repository.git('fsck', '--strict').toString(), '');
});

test('only the drafted files change: every other byte, mode and name of the tree stays', async (t) => {
  const files = {
    ...fleet,
    'bin/run.yaml': { mode: '100755', content: `#!/bin/sh\r\n${marked('web:1')}` },
    'with space/new\nline "quoted".yaml': marked('web:1'),
    'übung/ß.yaml': `\uFEFF${marked('web:1').trimEnd()}`,
    '.gitattributes': '*.yaml text eol=crlf\n',
    'vendor/lib.yaml': { mode: '160000', content: '1'.repeat(40) },
  };
  const stage = await setPublishStage(t, { files });
  const before = stage.repository.files();
  await stage.publish();
  const after = stage.repository.files();
  const changed = [...after].filter(([path, entry]) => before.get(path) !== entry).map(([path]) => path);
  assert.deepEqual([...before.keys()], [...after.keys()]);
  assert.deepEqual(changed.map((path) => Buffer.from(path, 'latin1').toString()).sort(), [
    'apps/dev/web.yaml',
    'apps/prod/web.yaml',
    'bin/run.yaml',
    'with space/new\nline "quoted".yaml',
    'übung/ß.yaml',
  ]);
  assert.match(after.get('bin/run.yaml') ?? '', /^100755 /);
  assert.equal(stage.repository.read('bin/run.yaml').toString(), `#!/bin/sh\r\n${marked('web:2')}`);
  assert.equal(stage.repository.read('übung/ß.yaml').toString(), `\uFEFF${marked('web:2').trimEnd()}`);
});

test('names that are not UTF-8 keep their bytes', async (t) => {
  const stage = await setPublishStage(t);
  const raw = Buffer.from('apps/caf\xe9/\xff\xfe.yaml', 'latin1');
  stage.repository.commit(new Map([[raw, marked('web:1')]]));
  let seen: TreeView | undefined;
  await stage.publish({
    draft: (view) => {
      seen = view;
      return setTag('2')(view);
    },
  });
  const file = seen?.files.find(({ rawPath }) => rawPath.equals(raw));
  assert.equal(file?.path, raw.toString('latin1'));
  assert.ok(stage.repository.files().has(raw.toString('latin1')));
  assert.equal(
    stage.repository.git('log', '-1', '--format=%H', '--', ':(glob)apps/caf*/*.yaml').toString().trim(),
    stage.repository.head(),
  );
});

test('the view holds the files that pass both screens, in the order of their paths', async (t) => {
  const stage = await setPublishStage(t);
  let view: TreeView | undefined;
  const result = await stage.publish({
    draft: (tree) => {
      view = tree;
      return undefined;
    },
  });
  assert.deepEqual(
    view?.files.map(({ path, mode }) => `${mode} ${path}`),
    ['100644 apps/dev/web.yaml', '100644 apps/prod/web.yaml'],
  );
  assert.equal(view?.base, stage.repository.head());
  assert.equal(view?.root, '');
  assert.deepEqual(view?.unreadable, []);
  assert.deepEqual(result, {
    outcome: 'nothing',
    revision: `main@sha1:${stage.repository.head()}`,
    unreadable: [],
  });
});

test('a draft that changes no byte is nothing, and so is one without files', async (t) => {
  const stage = await setPublishStage(t);
  const before = stage.repository.head();
  const same = await stage.publish({
    draft: ({ files }) => ({
      files: files.map((file) => ({ file, bytes: Buffer.from(file.bytes) })),
      author: bot,
      time: new Date(),
      message: 'x',
    }),
  });
  const none = await stage.publish({
    draft: () => ({ files: [], author: bot, time: new Date(), message: 'x' }),
  });
  assert.deepEqual([same.outcome, none.outcome], ['nothing', 'nothing']);
  assert.equal(stage.repository.head(), before);
});

test('a remote that is where it was seen last is not read: one listing and no more', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: () => undefined });
  const head = stage.repository.head();
  const before = stage.server.requests.length;
  const result = await stage.publish({
    unchangedSince: `main@sha1:${head}`,
    draft: () => assert.fail('must not be drafted'),
  });
  assert.deepEqual(result, { outcome: 'unchanged', revision: `main@sha1:${head}` });
  assert.deepEqual(
    stage.server.requests.slice(before).map(({ method, path }) => `${method} ${path}`),
    ['POST /fleet.git/git-upload-pack'],
  );
  assert.equal(
    (await stage.publish({ unchangedSince: 'main@sha1:0000000000000000000000000000000000000000' })).outcome,
    'pushed',
  );
});

test('our own commits need no fetch, and those of others fetch only what is new', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  const fetches = (): number => stage.logged.filter((line) => line.startsWith('debug fetched')).length;
  assert.equal(fetches(), 1);
  await stage.publish({ draft: setTag('3') });
  assert.equal(fetches(), 1);
  stage.repository.commit({ 'apps/dev/other.yaml': marked('web:3') });
  const result = pushed(await stage.publish({ draft: setTag('4') }));
  assert.equal(fetches(), 2);
  assert.equal(result.draft.files.length, 3);
  assert.equal(stage.repository.log().length, 5);
});

test('a dry run commits nothing, and says what it would', async (t) => {
  const stage = await setPublishStage(t);
  const before = stage.repository.head();
  const result = pushed(await stage.publish({ dryRun: true }));
  assert.equal(result.outcome, 'would-push');
  assert.deepEqual(
    result.draft.files.map(
      ({ file, bytes }) => `${file.path}: ${file.bytes.toString()} -> ${bytes.toString()}`,
    ),
    [
      `apps/dev/web.yaml: ${marked('web:1')} -> ${marked('web:2')}`,
      `apps/prod/web.yaml: ${marked('web:1')} -> ${marked('web:2')}`,
    ],
  );
  assert.equal(stage.repository.head(), before);
  assert.equal(stage.server.requests.filter(({ service }) => service === 'git-receive-pack').length, 0);
});

test('what a draft throws is passed on as it is', async (t) => {
  const stage = await setPublishStage(t);
  const error = new Error('no template');
  await assert.rejects(
    stage.publish({
      draft: () => {
        throw error;
      },
    }),
    (thrown) => thrown === error,
  );
});

test('a signature goes into the header of the commit, over the bytes without it', async (t) => {
  const stage = await setPublishStage(t);
  let signed = '';
  const sign = async (commit: Buffer): Promise<string> => {
    signed = commit.toString();
    return '-----BEGIN SIGNATURE-----\nline\n-----END SIGNATURE-----\n';
  };
  await stage.publish({
    draft: (view) => {
      const draft = setTag('2')(view);
      return draft && { ...draft, sign };
    },
  });
  const text = stage.repository.git('cat-file', 'commit', 'main').toString();
  const header = '\ngpgsig -----BEGIN SIGNATURE-----\n line\n -----END SIGNATURE-----\n\nUpdate to 2\n';
  assert.ok(text.endsWith(header), text);
  assert.equal(text.replace(/\ngpgsig [\s\S]*?\n\n/, '\n\n'), signed);
  assert.equal(stage.repository.git('fsck', '--strict').toString(), '');
});

test('many changed files arrive in one commit, whatever folder they lie in', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [`a${n % 7}/b${n % 5}/f${n}.yaml`, marked('web:1')]),
  );
  const stage = await setPublishStage(t, { files });
  assert.equal(pushed(await stage.publish()).draft.files.length, 120);
  assert.equal(stage.repository.read('a3/b3/f108.yaml').toString(), marked('web:2'));
  assert.equal(stage.repository.git('fsck', '--strict').toString(), '');
  await stage.publish({ draft: setTag('3') });
  assert.equal(stage.repository.log().length, 3);
});

test('a repository on the disk is reached by file://', async (t) => {
  const stage = await setPublishStage(t);
  const remote = { url: `file://${stage.repository.path}`, timeoutMs: 30_000 };
  assert.equal((await stage.publish({ remote })).outcome, 'pushed');
  assert.equal(stage.repository.log().length, 2);
  assert.equal(
    (await stage.publish({ remote, unchangedSince: `main@sha1:${stage.repository.head()}` })).outcome,
    'unchanged',
  );
  assert.equal(stage.server.requests.length, 0);
});

test('a closed publisher refuses, and leaves no process behind', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish();
  const procfs = existsSync('/proc/self/cwd');
  const mine = (): readonly string[] =>
    procfs ? readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && workingIn(pid, stage.mirrors)) : [];
  assert.ok(!procfs || mine().length > 0);
  await stage.publisher.close();
  await assert.rejects(stage.publish(), { code: 'Aborted' });
  while (mine().length > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('one change costs one git command, and a look costs none, as long as nobody else pushes', async (t) => {
  const stage = await setPublishStage(t);
  const commands = join(stage.root, 'commands');
  const counting = stage.restart({ git: wrapGit(stage.root, `echo $1 >> ${commands}`) });
  await counting.publish({ draft: setTag('2') });
  const first = readFileSync(commands, 'utf8').trim().split('\n');
  assert.deepEqual(first.sort(), ['cat-file', 'fetch', 'push', 'remote-http', 'version']);
  writeFileSync(commands, '');
  await counting.publish({ draft: setTag('3') });
  await counting.publish({ draft: () => undefined });
  await counting.publish({ unchangedSince: `main@sha1:${stage.repository.head()}` });
  assert.equal(readFileSync(commands, 'utf8'), 'push\n');
});

/** True when the process works in a folder below `folder`. */
function workingIn(pid: string, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
  } catch {
    return false;
  }
}
