import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { NeedleIndex } from './needle-index.ts';

const needle = Buffer.from('"$imagepolicy"');
const id = (n: number, length = 40): string => n.toString(16).padStart(length, '0');

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-index-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function onlyFile(mirror: string): string {
  return join(mirror, 'tidemark', readdirSync(join(mirror, 'tidemark'))[0] ?? '');
}

test('what was learnt of a blob is known after a restart, for this needle only', async (t) => {
  const mirror = folder(t);
  const index = await NeedleIndex.open(mirror, needle);
  for (let n = 0; n < 1000; n++) index.set(id(n), n % 7 === 0);
  await index.save();
  index.set(id(5, 64), true);
  await index.save();
  await index.save();
  const again = await NeedleIndex.open(mirror, needle);
  assert.equal(again.size, 1001);
  assert.deepEqual(
    [7, 8].map((n) => again.get(id(n))),
    [true, false],
  );
  assert.equal(again.get(id(5, 64)), true);
  assert.equal(again.get(id(1001)), undefined);
  assert.equal((await NeedleIndex.open(mirror, Buffer.from('other'))).size, 0);
});

test('a file that was cut off anywhere, or has nonsense at its end, loses its end and nothing else', async (t) => {
  const mirror = folder(t);
  const index = await NeedleIndex.open(mirror, needle);
  for (let n = 0; n < 3; n++) {
    index.set(id(n), true);
    await index.save();
  }
  const whole = readFileSync(onlyFile(mirror));
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(onlyFile(mirror), whole.subarray(0, length));
    const cut = await NeedleIndex.open(mirror, needle);
    assert.equal(cut.size, Math.floor((length / whole.length) * 3));
    cut.set(id(9), false);
    await cut.save();
    assert.equal((await NeedleIndex.open(mirror, needle)).get(id(9)), false);
  }
  appendFileSync(onlyFile(mirror), Buffer.alloc(100, 1));
  assert.equal((await NeedleIndex.open(mirror, needle)).size, 4);
});
