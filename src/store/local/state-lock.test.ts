import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { prepareStateFolder } from './state-folder.ts';
import { acquireStateLock, isRunnerAlive, runnerPid } from './state-lock.ts';

const lockModule = fileURLToPath(new URL('state-lock.ts', import.meta.url));

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'state-lock-'));
  prepareStateFolder(path);
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A process that takes the lock, says so, and stays. */
async function holder(t: TestContext, path: string): Promise<ChildProcess> {
  const script = `
    const { acquireStateLock } = await import(${JSON.stringify(lockModule)});
    globalThis.lock = acquireStateLock(${JSON.stringify(path)});
    process.stdout.write('locked\\n');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

test('a folder that nobody uses has no runner', (t) => {
  const path = folder(t);
  assert.equal(isRunnerAlive(path), false);
  assert.equal(runnerPid(path), undefined);
});

test('the lock is held by one, and is free after its release', (t) => {
  const path = folder(t);
  const lock = acquireStateLock(path);
  assert.equal(isRunnerAlive(path), true);
  assert.equal(runnerPid(path), process.pid);
  assert.throws(() => acquireStateLock(path), { code: 'StateLocked' });
  lock.release();
  lock.release();
  assert.equal(isRunnerAlive(path), false);
  acquireStateLock(path).release();
  assert.equal(statSync(join(path, 'lock')).mode & 0o777, 0o600);
});

test('a second process is refused with the pid of the first, and takes over when that is killed', async (t) => {
  const path = folder(t);
  const child = await holder(t, path);
  assert.equal(runnerPid(path), child.pid);
  assert.throws(() => acquireStateLock(path), {
    code: 'StateLocked',
    message: new RegExp(`in use by process ${child.pid}: stop it first, or name another folder with --state`),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(isRunnerAlive(path), false);
  const lock = acquireStateLock(path);
  assert.equal(runnerPid(path), process.pid);
  lock.release();
});

test('a pid that was left behind and belongs to a living process holds nothing', (t) => {
  const path = folder(t);
  writeFileSync(join(path, 'lock.json'), JSON.stringify({ pid: process.pid }));
  assert.equal(isRunnerAlive(path), false);
  assert.equal(runnerPid(path), undefined);
  acquireStateLock(path).release();
});

test('a stopped process still holds the lock', async (t) => {
  const path = folder(t);
  const child = await holder(t, path);
  child.kill('SIGSTOP');
  assert.equal(isRunnerAlive(path), true);
  assert.throws(() => acquireStateLock(path), { code: 'StateLocked' });
});
