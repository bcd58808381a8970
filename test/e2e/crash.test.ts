/** Whatever the instant at which the process is killed: nothing is lost, nothing happens twice, nothing goes backwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { git } from './harness/git.ts';
import { startOneService, type OneService } from './harness/one-service.ts';

/** `TIDEMARK_CRASHES=1000` for a longer run, `TIDEMARK_SEED` to repeat one. */
const crashes = Number(process.env['TIDEMARK_CRASHES'] ?? 200);
const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);

test(`a process that is killed ${crashes} times while tags keep coming ends with the last tag in Git`, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const service = await startOneService(t);
  let last = service.pushNext();
  const tags = setInterval(() => {
    last = service.pushNext();
  }, 60);
  t.after(() => clearInterval(tags));

  for (let crash = 0; crash < crashes; crash += 1) {
    const running = service.tidemark.start('run', ...service.where, '--listen', 'off');
    await momentToDie(service, random);
    // A bug ends the process alone, and its git children finish what they are at; a power cut ends them all.
    if (random() < 0.5) running.kill('SIGKILL');
    else running.killWithChildren();
    const { signal, stderr } = await running.finished;
    assert.equal(signal, 'SIGKILL', `it ended by itself: ${stderr}`);
  }
  clearInterval(tags);

  const once = await service.tidemark.run('run', '--once', ...service.where);
  assert.equal(once.code, 0, once.stderr);
  assert.equal(`1.0.${service.numberAt('main')}`, last);
  assertHistory(t, service);
  const get = await service.tidemark.run('get', 'image', 'all', '-A', ...service.where);
  assert.equal(get.code, 0, get.stderr);
  assert.deepEqual(service.leaks(), []);
});

/** Half the time any instant, from before the first line of the program to steady work; else while a push is on its way. */
async function momentToDie({ server }: OneService, random: () => number): Promise<void> {
  if (random() < 0.5) return pause(random() * 1200);
  const push = new Promise<void>((resolve) => server.onNextPush(resolve));
  await Promise.race([push, pause(4000)]);
  return pause(random() * 60);
}

/** Every commit is ours, raises the tag, and changes nothing else. */
function assertHistory(t: { diagnostic(text: string): void }, { fleet, numberAt }: OneService): void {
  const [, ...commits] = fleet.commits('main');
  const numbers = commits.map(({ sha }) => numberAt(sha));
  t.diagnostic(`${commits.length} commits, last tag 1.0.${numbers.at(-1)}`);
  assert.ok(commits.length > 3, 'there was something to interrupt');
  for (const [index, number] of numbers.entries()) {
    assert.ok(
      index === 0 || number > (numbers[index - 1] ?? 0),
      `1.0.${number} follows 1.0.${numbers[index - 1]}`,
    );
  }
  const first = fleet.files(fleet.commits('main')[0]?.sha ?? '');
  for (const { sha, author } of commits) {
    assert.equal(author, 'Bot <bot@example.com>');
    const file = fleet.files(sha)['app.yaml'] ?? '';
    assert.equal(file.replace(/:1\.0\.\d+ #/, ':1.0.0 #'), first['app.yaml']);
  }
  git(fleet.path, ['fsck', '--strict', '--no-dangling']);
}

/** Park and Miller's generator: the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = (start % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
