/** Other people push to the same branch all the time: nothing of theirs is lost, ours arrives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { git, gitInBackground, gitText } from './harness/git.ts';
import { serviceFile, startOneService, type OneService } from './harness/one-service.ts';
import { waitUntil } from './harness/wait-until.ts';

const seconds = Number(process.env['TIDEMARK_RACE_SECONDS'] ?? 20);

test('several writers push to the branch, also to our file, and every change of everybody arrives', async (t) => {
  const service = await startOneService(t);
  const running = service.tidemark.start('run', ...service.where, '--listen', 'off');
  const until = performance.now() + seconds * 1000;
  let last = service.pushNext();

  const [first, second, pushed] = await Promise.all([
    writeOnServer(service, { file: 'other.yaml', until }),
    writeOurFile(service, { key: 'a', until }),
    writeThroughPush(service, until),
    (async () => {
      while (performance.now() < until) {
        await pause(400);
        last = service.pushNext();
      }
    })(),
  ]);
  t.diagnostic(`${first} + ${second} commits on the server, ${pushed} pushes by others`);

  await waitUntil(() => `1.0.${service.numberAt('main')}` === last, { what: `${last} in Git` });
  assert.equal((await running.stop()).code, 0);
  const files = service.fleet.files('main');
  assert.equal(files['other.yaml'], `count: ${first}\n`);
  assert.match(files[serviceFile] ?? '', new RegExp(`^a: ${second}$`, 'm'));
  assert.equal(files['pushed.yaml'], `count: ${pushed}\n`);
  assertOurCommits(t, service, first + second + pushed);
  assert.deepEqual(service.leaks(), []);
});

interface Writing {
  readonly until: number;
}

/** Commits to a file of their own, with a compare-and-swap on the server. Returns how many got through. */
async function writeOnServer(
  { fleet }: OneService,
  { file, until }: Writing & { file: string },
): Promise<number> {
  let count = 0;
  while (performance.now() < until) {
    if (fleet.commit('main', { [file]: `count: ${count + 1}\n` }) !== undefined) count += 1;
    await pause(50 + Math.random() * 250);
  }
  return count;
}

/** Changes another line of the file that we change. A text merge would see a conflict; edits do not. */
async function writeOurFile(
  { fleet }: OneService,
  { key, until }: Writing & { key: string },
): Promise<number> {
  let count = 0;
  while (performance.now() < until) {
    const head = fleet.shaOf('main') ?? '';
    const text = fleet.bytes(head, serviceFile).toString();
    const changed = text.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${count + 1}`);
    if (fleet.shaOf('main') === head && fleet.commit('main', { [serviceFile]: changed }) !== undefined)
      count += 1;
    await pause(100 + Math.random() * 300);
  }
  return count;
}

/** Clones, commits and pushes over HTTP as a person does, rebasing when refused. */
async function writeThroughPush({ remote, workspace }: OneService, until: number): Promise<number> {
  const person = (...args: string[]): Promise<boolean> =>
    gitInBackground(workspace.root, ['-c', 'user.name=Person', '-c', 'user.email=p@example.com', ...args]);
  const inClone = (...args: string[]): Promise<boolean> => person('-C', 'person', ...args);
  assert.ok(await person('clone', '--quiet', remote, 'person'));
  let count = 0;
  while (performance.now() < until) {
    workspace.write('person/pushed.yaml', `count: ${count + 1}\n`);
    assert.ok(await inClone('add', 'pushed.yaml'));
    assert.ok(await inClone('commit', '--quiet', '-m', 'person'));
    while (!(await inClone('push', '--quiet', 'origin', 'main'))) {
      assert.ok(await inClone('pull', '--quiet', '--rebase', 'origin', 'main'));
    }
    count += 1;
    await pause(200 + Math.random() * 400);
  }
  return count;
}

/** Ours only raise the tag, change no other byte, and are never merges. */
function assertOurCommits(
  t: { diagnostic(text: string): void },
  { fleet, numberAt }: OneService,
  others: number,
): void {
  const commits = fleet.commits('main');
  const ours = commits.filter(({ author }) => author.startsWith('Bot '));
  t.diagnostic(`${ours.length} commits of ours`);
  assert.ok(ours.length >= 2);
  assert.equal(commits.length, 1 + others + ours.length, 'nobody lost a commit');
  for (const { sha } of ours) {
    assert.equal(gitText(fleet.path, 'rev-list', '--no-walk', '--count', '--min-parents=2', sha), '0');
    const [before, after] = [fleet.files(`${sha}^`), fleet.files(sha)];
    assert.ok(numberAt(sha) > numberAt(`${sha}^`));
    const restored = after[serviceFile]?.replace(/:1\.0\.\d+ #/, `:1.0.${numberAt(`${sha}^`)} #`);
    assert.deepEqual({ ...after, [serviceFile]: restored }, before);
  }
  git(fleet.path, ['fsck', '--strict', '--no-dangling']);
}
