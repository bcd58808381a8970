import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleet, marked, setPublishStage, setTag } from './testing/publish-stage.ts';

test('somebody who pushes between our fetch and our push, ten times in a row, is not overwritten and does not stop us', async (t) => {
  const stage = await setPublishStage(t);
  let drafts = 0;
  const result = await stage.publish({
    draft: (view) => {
      drafts++;
      if (drafts <= 10) stage.repository.commit({ [`theirs-${drafts}.txt`]: `${drafts}\n` });
      return setTag('2')(view);
    },
  });
  assert.equal(result.outcome, 'pushed');
  assert.equal(drafts, 11);
  const log = stage.repository.log();
  assert.equal(log.length, 12);
  assert.equal(log[0]?.author, 'Bot');
  assert.equal([...stage.repository.files().keys()].filter((path) => path.startsWith('theirs-')).length, 10);
});

test('edits are made anew on what the others pushed, and not merged as text', async (t) => {
  const stage = await setPublishStage(t);
  let first = true;
  await stage.publish({
    draft: (view) => {
      if (first)
        stage.repository.commit({
          'apps/dev/web.yaml': `# theirs\n${marked('web:1')}`,
          'apps/prod/web.yaml': null,
        });
      first = false;
      return setTag('2')(view);
    },
  });
  assert.equal(stage.repository.read('apps/dev/web.yaml').toString(), `# theirs\n${marked('web:2')}`);
  assert.ok(!stage.repository.files().has('apps/prod/web.yaml'));
});

test('when the others have already done it, nothing is left to do', async (t) => {
  const stage = await setPublishStage(t);
  let first = true;
  const result = await stage.publish({
    draft: (view) => {
      const draft = setTag('2')(view);
      if (first)
        stage.repository.commit({
          'apps/dev/web.yaml': marked('web:2'),
          'apps/prod/web.yaml': marked('web:2'),
        });
      first = false;
      return draft;
    },
  });
  assert.equal(result.outcome, 'nothing');
  assert.equal(stage.repository.log().length, 2);
});

test('a race for a branch that does not exist yet is lost and won like any other', async (t) => {
  const stage = await setPublishStage(t);
  let first = true;
  await stage.publish({
    push: { branch: 'auto', switched: true },
    draft: (view) => {
      if (first) stage.repository.commit({ ...fleet, 'theirs.txt': 'x' }, { branch: 'auto' });
      first = false;
      return setTag('2')(view);
    },
  });
  assert.equal(stage.repository.log('auto').length, 2);
  assert.ok(stage.repository.files('auto').has('theirs.txt'));
});

test('a branch that is set back between our fetch and our push is not brought forward again', async (t) => {
  const stage = await setPublishStage(t);
  const first = stage.repository.head() ?? '';
  stage.repository.commit({ 'bad.txt': 'x' });
  let drafts = 0;
  await stage.publish({
    draft: (view) => {
      if (drafts++ === 0) stage.repository.git('update-ref', 'refs/heads/main', first);
      return setTag('2')(view);
    },
  });
  assert.deepEqual(stage.repository.log()[0]?.parents, [first]);
  assert.ok(!stage.repository.files().has('bad.txt'));
});

test('a branch that never holds still is given up at last, with the reason', async (t) => {
  const stage = await setPublishStage(t, { publisher: { mostTries: 6 } });
  let n = 0;
  const url = stage.server.urlOf('fleet.git');
  await assert.rejects(
    stage.publish({
      draft: (view) => {
        stage.repository.commit({ 'theirs.txt': `${n++}` });
        return setTag('2')(view);
      },
    }),
    {
      code: 'GitPushRaced',
      message: `the branch 'main' of '${url}' was moved by others 6 times in a row before our commit arrived`,
    },
  );
});

test('requests for one branch that are made together share one listing, one fetch and one push, each with its own commit', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, n) => [`app-${n}/web.yaml`, marked('web:1')]),
  );
  const stage = await setPublishStage(t, { files });
  const results = await Promise.all(
    Object.keys(files).map(async (path, n) =>
      stage.publish({ path: path.split('/')[0] ?? '', draft: setTag('2', `${n}\n`) }),
    ),
  );
  const log = stage.repository.log();
  assert.deepEqual(
    log.map(({ message }) => message.trim()),
    ['7', '6', '5', '4', '3', '2', '1', '0', 'setup'],
  );
  assert.deepEqual(
    results.map((result) => 'commit' in result && result.commit),
    log
      .slice(0, 8)
      .map(({ id }) => id)
      .reverse(),
  );
  const count = (part: string): number =>
    stage.server.requests.filter(({ method, path }) => `${method} ${path}`.includes(part)).length;
  assert.equal(count('POST /fleet.git/git-receive-pack'), 1);
  assert.equal(stage.logged.filter((line) => line.startsWith('debug fetched')).length, 1);
});

test('requests that come while a push is under way travel together in the next one', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 5 }, (_, n) => [`app-${n}/web.yaml`, marked('web:1')]),
  );
  const stage = await setPublishStage(t, { files });
  let others: Promise<unknown> = Promise.resolve();
  await stage.publish({
    path: 'app-0',
    draft: (view) => {
      others = Promise.all(
        [1, 2, 3, 4].map(async (n) => stage.publish({ path: `app-${n}`, draft: setTag('2', `${n}\n`) })),
      );
      return setTag('2', '0\n')(view);
    },
  });
  await others;
  assert.deepEqual(
    stage.repository.log().map(({ message }) => message.trim()),
    ['4', '3', '2', '1', '0', 'setup'],
  );
  assert.equal(
    stage.server.requests.filter(({ method, service }) => method === 'POST' && service === 'git-receive-pack')
      .length,
    2,
  );
});

test('one draft that fails, one that is left behind and one that has nothing to do do not disturb the others', async (t) => {
  const stage = await setPublishStage(t, { files: { 'a.yaml': marked('web:1'), 'b.yaml': marked('web:1') } });
  const controller = new AbortController();
  const results = await Promise.allSettled([
    stage.publish({ path: 'a.yaml', draft: setTag('2') }),
    stage.publish({
      path: 'a.yaml',
      draft: () => {
        throw new Error('mine alone');
      },
    }),
    stage.publish({ path: 'gone' }),
    stage.publish({ path: 'a.yaml', draft: setTag('2') }),
    stage.publish(
      {
        path: 'b.yaml',
        draft: async (view) => {
          controller.abort();
          return setTag('2')(view);
        },
      },
      controller.signal,
    ),
    stage.publish({ checkout: { branch: 'gone' } }),
  ]);
  assert.deepEqual(
    results.map((result) =>
      result.status === 'fulfilled' ? result.value.outcome : String(result.reason).slice(0, 30),
    ),
    [
      'pushed',
      'Error: mine alone',
      'TidemarkError: walking path fo',
      'nothing',
      'TidemarkError: publishing was ',
      'TidemarkError: unable to clone',
    ],
  );
});

test('a batch that loses a race is drafted again as a whole', async (t) => {
  const stage = await setPublishStage(t, { files: { 'a.yaml': marked('web:1'), 'b.yaml': marked('web:1') } });
  let first = true;
  const results = await Promise.all([
    stage.publish({ path: 'a.yaml', draft: setTag('2', 'a\n') }),
    stage.publish({
      path: 'b.yaml',
      draft: (view) => {
        if (first) stage.repository.commit({ 'a.yaml': `# theirs\n${marked('web:1')}` });
        first = false;
        return setTag('2', 'b\n')(view);
      },
    }),
  ]);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['pushed', 'pushed'],
  );
  assert.deepEqual(
    stage.repository.log().map(({ message }) => message.trim()),
    ['b', 'a', 'change', 'setup'],
  );
  assert.equal(stage.repository.read('a.yaml').toString(), `# theirs\n${marked('web:2')}`);
});

test('different branches of one remote are written side by side', async (t) => {
  const stage = await setPublishStage(t);
  const branches = ['one', 'two', 'three', 'four'];
  await Promise.all(
    branches.map(async (branch) =>
      stage.publish({ push: { branch, switched: true }, draft: setTag(branch) }),
    ),
  );
  for (const branch of branches) assert.equal(stage.repository.log(branch).length, 2);
  assert.equal(stage.repository.git('fsck', '--strict').toString(), '');
});

test('requests with different credentials never share a push, nor a mirror', async (t) => {
  const users = { one: { password: 'CANARY-1' }, two: { password: 'CANARY-2' } };
  const stage = await setPublishStage(t, {
    users,
    files: { 'a.yaml': marked('web:1'), 'b.yaml': marked('web:1') },
  });
  const url = stage.server.urlOf('fleet.git');
  await Promise.all(
    (['one', 'two'] as const).map(async (username, n) =>
      stage.publish({
        remote: {
          url,
          timeoutMs: 30_000,
          credentials: { type: 'basic', username, password: users[username].password },
        },
        path: n === 0 ? 'a.yaml' : 'b.yaml',
        draft: setTag('2', `${username}\n`),
      }),
    ),
  );
  assert.deepEqual(
    stage.repository
      .log()
      .map(({ message }) => message.trim())
      .sort(),
    ['one', 'setup', 'two'],
  );
  const { readdirSync } = await import('node:fs');
  assert.equal(readdirSync(stage.mirrors).filter((name) => name !== 'home').length, 2);
});
