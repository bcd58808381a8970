import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PushTarget } from '../ports.ts';
import { marked, setPublishStage, setTag } from './testing/publish-stage.ts';

const main = (refspec: string): { readonly push: PushTarget } => ({
  push: { branch: 'main', switched: false, refspec },
});
const auto = (refspec: string): { readonly push: PushTarget } => ({
  push: { branch: 'auto', switched: true, refspec },
});

test('a refspec is pushed after the branch, and again with the next commit', async (t) => {
  const stage = await setPublishStage(t);
  const copy = main('refs/heads/main:refs/heads/copy');
  await stage.publish({ ...copy, draft: setTag('2') });
  assert.equal(stage.repository.head('copy'), stage.repository.head('main'));
  await stage.publish({ ...copy, draft: setTag('3') });
  assert.equal(stage.repository.head('copy'), stage.repository.head('main'));
  assert.equal(stage.repository.log('copy').length, 3);
});

test('a refspec may name HEAD, a wildcard, the checkout branch, or delete a branch', async (t) => {
  const stage = await setPublishStage(t);
  const before = stage.repository.head();
  await stage.publish({ ...auto('HEAD:refs/for/main'), draft: setTag('2') });
  assert.equal(
    stage.repository.git('rev-parse', 'refs/for/main').toString().trim(),
    stage.repository.head('auto'),
  );
  await stage.publish({ ...auto('refs/heads/*:refs/heads/backup/*'), draft: setTag('3') });
  assert.equal(stage.repository.head('backup/auto'), stage.repository.head('auto'));
  assert.equal(stage.repository.head('backup/main'), before);
  await stage.publish({ ...auto(':refs/heads/backup/main'), draft: setTag('4') });
  assert.equal(stage.repository.head('backup/main'), undefined);
});

test('a refspec that has nothing to push fails as in Flux, after the commit has arrived', async (t) => {
  const stage = await setPublishStage(t);
  const rejected = { code: 'GitPushRejected', message: 'already up-to-date' };
  await assert.rejects(
    stage.publish({ ...main('refs/heads/main:refs/heads/main'), draft: setTag('2') }),
    rejected,
  );
  await assert.rejects(
    stage.publish({ ...main('refs/heads/unknown:refs/heads/x'), draft: setTag('3') }),
    rejected,
  );
  assert.deepEqual(
    stage.repository.log().map(({ message }) => message),
    ['Update to 3\n', 'Update to 2\n', 'setup\n'],
  );
});

test('a refspec that is none is refused with the reason', async (t) => {
  const stage = await setPublishStage(t);
  const cases: readonly (readonly [string, string])[] = [
    ['main', 'malformed refspec, separators are wrong'],
    ['a:b:c', 'malformed refspec, separators are wrong'],
    ['refs/heads/*:refs/heads/x', 'malformed refspec, mismatched number of wildcards'],
    ['refs/heads/main:copy', 'command error on copy: funny refname'],
  ];
  for (const [index, [refspec, message]] of cases.entries()) {
    await assert.rejects(stage.publish({ ...main(refspec), draft: setTag(`${index + 2}`) }), {
      code: 'GitPushRejected',
      message,
    });
  }
});

test('a refspec is forced only when the push branch is another than the checkout branch', async (t) => {
  const stage = await setPublishStage(t);
  const diverged = stage.repository.commit({ 'x.txt': 'x' }, { branch: 'copy', orphan: true });
  await assert.rejects(stage.publish({ ...main('refs/heads/main:refs/heads/copy'), draft: setTag('2') }), {
    code: 'GitPushRejected',
    message: 'non-fast-forward update: refs/heads/copy',
  });
  assert.equal(stage.repository.head('copy'), diverged);
  await stage.publish({ ...auto('refs/heads/auto:refs/heads/copy'), draft: setTag('3') });
  assert.equal(stage.repository.head('copy'), stage.repository.head('auto'));
});

test('a copy that is behind by commits of others is still fast-forwarded, without their history in the mirror', async (t) => {
  const stage = await setPublishStage(t);
  const copy = main('refs/heads/main:refs/heads/copy');
  await stage.publish({ ...copy, draft: setTag('2') });
  stage.repository.commit({ 'a.txt': 'a' });
  stage.repository.commit({ 'b.txt': 'b' });
  const restarted = stage.restart();
  await restarted.publish({ ...copy, draft: setTag('3') });
  assert.equal(stage.repository.head('copy'), stage.repository.head('main'));
});

test('push options reach the server on both pushes, and not through the command line', async (t) => {
  const stage = await setPublishStage(t);
  const seen = join(stage.root, 'options');
  stage.repository.hook('pre-receive', `for i in 0 1; do eval "echo \\$GIT_PUSH_OPTION_$i" >> ${seen}; done`);
  const options = { 'merge_request.create': '', topic: 'auto "x" =y' };
  await stage.publish({
    push: { branch: 'main', switched: false, refspec: 'refs/heads/main:refs/heads/copy', options },
  });
  const lines = ['merge_request.create=', 'topic=auto "x" =y'];
  assert.deepEqual(readFileSync(seen, 'utf8').trim().split('\n'), [...lines, ...lines]);
  await assert.rejects(
    stage.publish({ draft: setTag('3'), push: { branch: 'main', switched: false, options: { a: 'b\nc' } } }),
    {
      code: 'GitPushRejected',
      message: 'the push option "a" has a line break in it',
    },
  );
});

test('push options are left out, and that is said, where the server takes none', async (t) => {
  const stage = await setPublishStage(t, { pushOptions: false });
  const push = { branch: 'main', switched: false, options: { a: 'b' } };
  assert.equal((await stage.publish({ push })).outcome, 'pushed');
  assert.equal((await stage.publish({ push, draft: setTag('3') })).outcome, 'pushed');
  assert.equal(stage.logged.filter((line) => line.includes('takes no push options')).length, 1);
});

test('a push that a hook refuses is told in the words of the server, and nothing is pushed', async (t) => {
  const stage = await setPublishStage(t);
  const before = stage.repository.head();
  stage.repository.hook('pre-receive', 'echo "only releases may go here" >&2; exit 1');
  await assert.rejects(stage.publish(), {
    code: 'GitPushRejected',
    message:
      'command error on refs/heads/main: pre-receive hook declined (remote: only releases may go here)',
  });
  assert.equal(stage.repository.head(), before);
  stage.repository.hook('pre-receive', 'exit 0');
  assert.equal((await stage.publish()).outcome, 'pushed');
});

test('a refusal by the repository itself is no lost race', async (t) => {
  const stage = await setPublishStage(t);
  stage.repository.hook('update', 'test "$1" != refs/heads/main');
  await assert.rejects(stage.publish(), {
    code: 'GitPushRejected',
    message: 'command error on refs/heads/main: hook declined',
  });
  assert.equal(
    stage.server.requests.filter(({ method, service }) => method === 'POST' && service === 'git-receive-pack')
      .length,
    1,
  );
});

test('of several commits that travel together, one that is refused does not take the others with it', async (t) => {
  const stage = await setPublishStage(t, {
    files: { 'a.yaml': marked('web:1'), 'b.yaml': marked('web:1'), 'c.yaml': marked('web:1') },
  });
  stage.repository.hook(
    'pre-receive',
    'while read old new ref; do git log --format=%B $old..$new | grep -q forbidden && exit 1; done; exit 0',
  );
  const only = (path: string, message: string) => ({ path, draft: setTag('2', message) });
  const results = await Promise.allSettled([
    stage.publish(only('a.yaml', 'first\n')),
    stage.publish(only('b.yaml', 'forbidden\n')),
    stage.publish(only('c.yaml', 'third\n')),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(
    stage.repository.log().map(({ message }) => message),
    ['third\n', 'first\n', 'setup\n'],
  );
});

test('a push whose answer is lost is looked up, and not made twice', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ draft: setTag('2') });
  stage.server.intercept = ({ method, service }) =>
    method === 'POST' && service === 'git-receive-pack' ? 'lose the answer' : undefined;
  assert.equal((await stage.publish({ draft: setTag('3') })).outcome, 'pushed');
  assert.equal(stage.repository.log().length, 3);
});
