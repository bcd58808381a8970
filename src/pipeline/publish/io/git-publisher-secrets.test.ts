import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { GitRemote } from '../ports.ts';
import { commandLines } from './testing/command-lines.ts';
import { setPublishStage, setTag } from './testing/publish-stage.ts';

/** Command lines of other tests that run at the same time are looked through as well: none of them holds this word. */
const word = 'CANARY-of-the-publisher';
const password = `${word}-pässword/with:odd@signs`;
const base64 = Buffer.from(`git:${password}`).toString('base64');
const forms = [password, word, base64, encodeURIComponent(password), base64.slice(4, -4)];
const users = { git: { password } };

function leaksIn(text: string): readonly string[] {
  return forms.filter((form) => text.includes(form));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

test('credentials stand in no command line, file, log line or commit while a slow push is under way, nor after it', async (t) => {
  const stage = await setPublishStage(t, { users });
  const remote: GitRemote = {
    url: stage.server.urlOf('fleet.git'),
    credentials: { type: 'basic', username: 'git', password },
    timeoutMs: 30_000,
  };
  const looks: string[] = [];
  stage.server.intercept = ({ path }) => {
    if (existsSync('/proc/self/cmdline')) looks.push(commandLines());
    for (const file of filesBelow(stage.mirrors))
      assert.deepEqual(leaksIn(readFileSync(file, 'latin1')), [], `${path}: ${file}`);
    return undefined;
  };
  assert.equal((await stage.publish({ remote })).outcome, 'pushed');
  assert.deepEqual(
    looks.flatMap((text) => leaksIn(text)),
    [],
  );
  assert.ok(
    !existsSync('/proc/self/cmdline') ||
      looks.some((text) => text.includes('git-receive-pack') || text.includes('send-pack')),
  );
  for (const file of filesBelow(stage.mirrors))
    assert.deepEqual(leaksIn(readFileSync(file, 'latin1')), [], file);
  assert.deepEqual(leaksIn(stage.logged.join('\n')), []);
  assert.deepEqual(leaksIn(stage.repository.git('cat-file', 'commit', 'main').toString()), []);
});

test('an error shows no credentials, whatever the server says and wherever they stand', async (t) => {
  const stage = await setPublishStage(t, { users });
  const url = stage.server.urlOf('fleet.git');
  const credentials = { type: 'basic', username: 'git', password } as const;
  const inUrl = url.replace('//', `//git:${encodeURIComponent(password)}@`);
  stage.repository.hook('pre-receive', `echo "you are ${password}, or ${base64}" >&2; exit 1`);
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  await stage.publish({ remote: { url, credentials, timeoutMs: 30_000 } }).catch(note);
  await stage.publish({ remote: { url: inUrl, timeoutMs: 30_000 } }).catch(note);
  await stage.publish({ remote: { url: `${inUrl}/nope`, timeoutMs: 30_000 } }).catch(note);
  await stage.publish({ remote: { url: `ftp://git:${password}@host/x`, timeoutMs: 30_000 } }).catch(note);
  await stage
    .publish({
      remote: {
        url: 'http://x.invalid/x.git',
        proxy: `http://me:${encodeURIComponent(password)}@127.0.0.1:1`,
        timeoutMs: 30_000,
      },
    })
    .catch(note);
  stage.server.intercept = ({ path }) => ({
    status: 302,
    headers: { Location: `http://elsewhere.invalid/${encodeURIComponent(password)}${path}` },
  });
  await stage
    .publish({
      remote: { url, credentials: { type: 'bearer', token: password }, timeoutMs: 30_000 },
      draft: setTag('3'),
    })
    .catch(note);
  assert.equal(failures.length, 6);
  for (const failure of failures)
    assert.deepEqual(leaksIn(inspect(failure, { depth: 9, showHidden: true })), [], String(failure));
  assert.match(String(failures[0]), /you are \*\*\*, or \*\*\*/);
  assert.deepEqual(leaksIn(stage.logged.join('\n')), []);
});
