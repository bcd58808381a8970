import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckoutRef, PublishResult } from '../ports.ts';
import { fleet, marked, setPublishStage, setTag, type PublishStage } from './testing/publish-stage.ts';

const toAuto = { push: { branch: 'auto', switched: true } };

/** The revision that a checkout reads, and the image that stands in the file there. */
async function read(stage: PublishStage, checkout: CheckoutRef): Promise<readonly [string, string]> {
  let image = '';
  const result: PublishResult = await stage.publish({
    ...toAuto,
    checkout,
    draft: ({ files }) => {
      image = /web:[\w.-]+/.exec(files[0]?.bytes.toString() ?? '')?.[0] ?? '';
      return undefined;
    },
  });
  return [result.revision, image];
}

async function history(
  stage: PublishStage,
): Promise<{ readonly one: string; readonly two: string; readonly three: string }> {
  const one = stage.repository.commit({ 'apps/dev/web.yaml': marked('web:one') });
  const two = stage.repository.commit({ 'apps/dev/web.yaml': marked('web:two') });
  const three = stage.repository.commit({ 'apps/dev/web.yaml': marked('web:three') });
  return { one, two, three };
}

function tag(stage: PublishStage, name: string, commit: string): string {
  stage.repository.git('-c', 'user.name=T', '-c', 'user.email=t@t', 'tag', '-a', '-m', name, name, commit);
  return commit;
}

test('a checkout is by commit, else by name, else by tag, else by semver, else by branch', async (t) => {
  const stage = await setPublishStage(t);
  const { one, two, three } = await history(stage);
  stage.repository.git('tag', 'v1.0.0', one);
  tag(stage, 'v2', two);
  const all = { branch: 'main', semver: '1.x', tag: 'v2', name: 'refs/heads/main', commit: one };
  const { commit: _c, ...name } = all;
  const { name: _n, ...tagged } = name;
  const { tag: _t, ...semver } = tagged;
  assert.deepEqual(await read(stage, all), [`main@sha1:${one}`, 'web:one']);
  assert.deepEqual(await read(stage, name), [`main@sha1:${three}`, 'web:three']);
  assert.deepEqual(await read(stage, tagged), [`v2@sha1:${two}`, 'web:two']);
  assert.deepEqual(await read(stage, semver), [`v1.0.0@sha1:${one}`, 'web:one']);
  assert.deepEqual(await read(stage, { branch: 'main' }), [`main@sha1:${three}`, 'web:three']);
});

test('without any ref the branch is master', async (t) => {
  const stage = await setPublishStage(t, { branch: 'master' });
  const [revision] = await read(stage, {});
  assert.equal(revision, `master@sha1:${stage.repository.head('master')}`);
});

test('a bare commit is fetched by its id, and has no name in its revision', async (t) => {
  const stage = await setPublishStage(t);
  const { one } = await history(stage);
  assert.deepEqual(await read(stage, { commit: one }), [`sha1:${one}`, 'web:one']);
  assert.deepEqual(await read(stage.restart(), { commit: one }), [`sha1:${one}`, 'web:one']);
  assert.equal((await stage.publish({ ...toAuto, checkout: { commit: one } })).outcome, 'pushed');
  assert.deepEqual(stage.repository.log('auto')[0]?.parents, [one]);
});

test('any ref can be named, also one that is neither branch nor tag, and a peeled tag', async (t) => {
  const stage = await setPublishStage(t);
  const { one, two } = await history(stage);
  stage.repository.git('update-ref', 'refs/pull/420/head', one);
  tag(stage, 'v2', two);
  assert.deepEqual(await read(stage, { name: 'refs/pull/420/head' }), [`420/head@sha1:${one}`, 'web:one']);
  assert.deepEqual(await read(stage, { name: 'refs/tags/v2' }), [`v2@sha1:${two}`, 'web:two']);
  assert.deepEqual(await read(stage, { name: 'refs/tags/v2^{}' }), [`v2^{}@sha1:${two}`, 'web:two']);
  assert.deepEqual((await read(stage, { name: 'HEAD' }))[0], `sha1:${stage.repository.head()}`);
});

test('a tag that moves is read where it stands now', async (t) => {
  const stage = await setPublishStage(t);
  const { one, two } = await history(stage);
  tag(stage, 'latest', one);
  assert.deepEqual(await read(stage, { tag: 'latest' }), [`latest@sha1:${one}`, 'web:one']);
  stage.repository.git('tag', '-d', 'latest');
  tag(stage, 'latest', two);
  assert.deepEqual(await read(stage, { tag: 'latest' }), [`latest@sha1:${two}`, 'web:two']);
});

test('of tags in a semver range the highest version counts, whatever else is tagged', async (t) => {
  const stage = await setPublishStage(t);
  const { one, two, three } = await history(stage);
  stage.repository.git('tag', '1.2.0', one);
  stage.repository.git('tag', 'v1.10.0', two);
  stage.repository.git('tag', 'v1.9', three);
  stage.repository.git('tag', '2.0.0', three);
  stage.repository.git('tag', 'nonsense', three);
  assert.deepEqual(await read(stage, { semver: '<2.0.0' }), [`v1.10.0@sha1:${two}`, 'web:two']);
  assert.deepEqual(await read(stage, { semver: '>=1.0.0' }), [`2.0.0@sha1:${three}`, 'web:three']);
});

test('of tags with the same version the one committed last counts', async (t) => {
  const stage = await setPublishStage(t);
  const late = stage.repository.commit({ 'apps/dev/web.yaml': marked('web:late') }, { time: 1_800_000_000 });
  const early = stage.repository.commit(
    { 'apps/dev/web.yaml': marked('web:early') },
    { time: 1_600_000_000 },
  );
  stage.repository.git('tag', '1.0.0+a', late);
  stage.repository.git('tag', '1.0.0+b', early);
  assert.deepEqual(await read(stage, { semver: '1.x' }), [`1.0.0+a@sha1:${late}`, 'web:late']);
});

test('a missing ref is named in the words that Flux uses for it', async (t) => {
  const stage = await setPublishStage(t);
  const url = stage.server.urlOf('fleet.git');
  const cases: readonly (readonly [CheckoutRef, boolean, string])[] = [
    [{ branch: 'gone' }, false, `unable to clone '${url}': couldn't find remote ref "refs/heads/gone"`],
    [{ branch: 'gone' }, true, `unable to clone '${url}': reference not found`],
    [{ branch: 'a..b' }, false, `unable to clone '${url}': couldn't find remote ref "refs/heads/a..b"`],
    [{ tag: 'gone' }, true, `unable to clone '${url}': reference not found`],
    [{ name: 'main' }, true, "unable to resolve ref 'main' to a specific commit"],
    [
      { name: 'refs/heads/main/' },
      true,
      "ref refs/heads/main/ is invalid; Git refs cannot begin or end with a slash '/'",
    ],
    [{ semver: '>=9.0.0' }, true, 'no match found for semver: >=9.0.0'],
    [{ semver: 'x.y.z.w' }, true, 'semver parse error: improper constraint: "x.y.z.w"'],
    [{ commit: 'f00d' }, true, "unable to resolve commit object for 'f00d': object not found"],
    [
      { commit: '1'.repeat(40) },
      true,
      `unable to resolve commit object for '${'1'.repeat(40)}': object not found`,
    ],
  ];
  for (const [checkout, switched, message] of cases) {
    const push = { branch: switched ? 'auto' : (checkout.branch ?? 'main'), switched };
    await assert.rejects(stage.publish({ checkout, push }), { code: 'GitRefNotFound', message });
  }
});

test('an empty repository is told from one that lacks a branch', async (t) => {
  const stage = await setPublishStage(t);
  stage.server.createRepository('empty.git');
  const url = stage.server.urlOf('empty.git');
  const remote = { url, timeoutMs: 30_000 };
  const message = `unable to clone '${url}': remote repository is empty: push a first commit to it`;
  await assert.rejects(stage.publish({ remote }), { code: 'GitRemoteEmpty', message });
  const file = { url: `file://${stage.root}/remote/empty.git`, timeoutMs: 30_000 };
  await assert.rejects(stage.publish({ remote: file }), { code: 'GitRemoteEmpty' });
});

test('a push branch that does not exist is created from the checkout', async (t) => {
  const stage = await setPublishStage(t);
  const main = stage.repository.head();
  const result = await stage.publish(toAuto);
  assert.equal(result.revision, `main@sha1:${main}`);
  assert.deepEqual(stage.repository.log('auto')[0]?.parents, [main]);
  assert.equal(stage.repository.head(), main);
});

test('a push branch that exists is continued, although the checkout has moved on', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ ...toAuto, draft: setTag('2') });
  const main = stage.repository.commit({ 'apps/dev/other.yaml': marked('web:1') });
  const result = await stage.publish({ ...toAuto, draft: setTag('3') });
  assert.equal(result.revision, `main@sha1:${main}`);
  assert.deepEqual(
    stage.repository.log('auto').map(({ message }) => message),
    ['Update to 3\n', 'Update to 2\n', 'setup\n'],
  );
  assert.ok(!stage.repository.files('auto').has('apps/dev/other.yaml'));
});

test('a push branch that was deleted, or that others have rewritten, is followed as it is now', async (t) => {
  const stage = await setPublishStage(t);
  await stage.publish({ ...toAuto, draft: setTag('2') });
  stage.repository.git('update-ref', '-d', 'refs/heads/auto');
  await stage.publish({ ...toAuto, draft: setTag('3') });
  assert.deepEqual(
    stage.repository.log('auto').map(({ message }) => message),
    ['Update to 3\n', 'setup\n'],
  );
  const rewritten = stage.repository.commit(fleet, { branch: 'auto', orphan: true });
  await stage.publish({ ...toAuto, draft: setTag('4') });
  assert.deepEqual(
    stage.repository.log('auto').map(({ parents }) => parents),
    [[rewritten], []],
  );
});

test('nothing to change creates no branch', async (t) => {
  const stage = await setPublishStage(t);
  const result = await stage.publish({ ...toAuto, draft: () => undefined });
  assert.equal(result.outcome, 'nothing');
  assert.equal(stage.repository.head('auto'), undefined);
});

test('a repository with SHA-256 ids works like any other', async (t) => {
  const stage = await setPublishStage(t);
  const { GitRepository } = await import('../../../../test/fakes/git-server/git-repository.ts');
  const modern = GitRepository.create(`${stage.root}/remote/modern.git`, { files: fleet, format: 'sha256' });
  for (const url of [stage.server.urlOf('modern.git'), `file://${modern.path}`]) {
    const before = modern.head();
    const result = await stage.publish({
      remote: { url, timeoutMs: 30_000 },
      draft: setTag(`2-${url.slice(0, 4)}`),
    });
    assert.equal(result.revision, `main@sha256:${before}`);
    assert.deepEqual(modern.log()[0]?.parents, [before]);
  }
  assert.equal(modern.git('fsck', '--strict').toString(), '');
});
