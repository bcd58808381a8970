import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { azToken } from './az-token.ts';

const scope = 'https://containerregistry.azure.net/.default';
const signal = new AbortController().signal;

/** An `az` of the test's own in PATH, that does what `script` says. */
function fakeAz(
  t: TestContext,
  script: string,
): { readonly folder: string; readonly environment: Readonly<Record<string, string>> } {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-az-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'az'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'az'), 0o755);
  return {
    folder,
    environment: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, AZURE_CLIENT_SECRET: 'CANARY-secret' },
  };
}

const now = new Date();
const end = Math.floor(now.getTime() / 1000) + 3600;
const answer = JSON.stringify({
  accessToken: 'CANARY-az-token',
  expires_on: end,
  tenant: 'home',
  tokenType: 'Bearer',
});

test('az is asked for the resource, with nothing of our environment but what it needs', async (t) => {
  const { folder, environment } = fakeAz(t, `echo "$@" > "$HOME/args"; env > "$HOME/env"; echo '${answer}'`);
  const token = await azToken({ scope, now, environment }, signal);
  assert.ok('value' in token);
  assert.deepEqual([token.value, token.tenantId], ['CANARY-az-token', 'home']);
  assert.ok(Math.abs(token.lifetimeMs - 3_600_000) < 1000);
  assert.equal(
    readFileSync(join(folder, 'args'), 'utf8').trim(),
    'account get-access-token --output json --resource https://containerregistry.azure.net',
  );
  assert.doesNotMatch(readFileSync(join(folder, 'env'), 'utf8'), /CANARY/);
});

test('az without a login is a reason, and what it says is not repeated', async (t) => {
  const { environment } = fakeAz(t, 'echo "ERROR: CANARY-words Please run az login" >&2; exit 1');
  assert.deepEqual(await azToken({ scope, now, environment }, signal), {
    reason: 'az has no login (it ended with 1): run az login',
  });
  const none = { PATH: '/nowhere' };
  assert.deepEqual(await azToken({ scope, now, environment: none }, signal), {
    reason: 'az is not installed',
  });
});

test(
  'an az that prints something else or never ends is an error, and leaves no process behind',
  { timeout: 60_000 },
  async (t) => {
    const broken = fakeAz(t, 'echo CANARY-no-json');
    await assert.rejects(azToken({ scope, now, environment: broken.environment }, signal), {
      code: 'LoginFailed',
      message: 'az account get-access-token printed no token',
    });
    const { folder, environment } = fakeAz(t, 'sleep 600 & echo $! > "$HOME/pid"; wait');
    await assert.rejects(azToken({ scope, now, environment, timeoutMs: 500 }, signal), {
      code: 'LoginFailed',
      message: 'az account get-access-token did not end within 0.5 s',
    });
    if (!existsSync(join(folder, 'pid'))) return;
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
    const isGone = (): boolean =>
      !existsSync(`/proc/${pid}`) || /State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    while (!isGone()) await new Promise((resolve) => setImmediate(resolve));
  },
);
