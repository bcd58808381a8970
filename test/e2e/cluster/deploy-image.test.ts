/** What the image holds: the steps of the Dockerfile in an empty folder, and the result started as another user. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

test('the steps of the Dockerfile give a program that runs as nobody', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/prove-dockerfile.ts'], {
    cwd: checkout,
  });
  assert.equal(stdout.match(/^✔ /gm)?.length, 4, stdout);
});
