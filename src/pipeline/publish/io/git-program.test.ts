import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { GitProgram } from './git-program.ts';
import { wrapGit } from './testing/git-wrapper.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-git-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const call = (directory: string, ...args: readonly string[]) => ({
  args,
  directory,
  environment: { PATH: process.env['PATH'] ?? '' },
});

test('git is run to its end, with its output and exit code', async (t) => {
  const directory = folder(t);
  const git = new GitProgram();
  const { signal } = new AbortController();
  assert.match((await git.run(call(directory, 'version'), signal)).stdout, /^git version /);
  const failed = await git.run(call(directory, 'no-such-command'), signal);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /not a git command/);
});

test('an abort ends the process and everything that it started, also what ignores a polite request', async (t) => {
  const directory = folder(t);
  const pids = join(directory, 'pids');
  const stubborn = wrapGit(
    directory,
    `trap '' TERM; (trap '' TERM; sleep 60) & echo "$$ $!" > ${pids}.new; mv ${pids}.new ${pids}; wait; sleep 60`,
  );
  const controller = new AbortController();
  const running = new GitProgram(stubborn).run(call(directory, 'x'), controller.signal);
  while (!existsSync(pids)) await new Promise((resolve) => setImmediate(resolve));
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(running, (error) => error === reason);
  for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) {
    while (isAlive(Number(pid))) await new Promise((resolve) => setImmediate(resolve));
  }
});

test('a signal that is aborted already starts nothing', async (t) => {
  await assert.rejects(
    new GitProgram('/no/such/program').run(call(folder(t)), AbortSignal.abort(new Error('before'))),
    /before/,
  );
});

/** Ended processes that nobody has collected yet do not count. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
