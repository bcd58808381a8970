import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { GitRepository } from '../../../../test/fakes/git-server/git-repository.ts';
import { ObjectReader } from './object-reader.ts';

const largest = 200_000;

function repositoryWith(t: TestContext, files: Readonly<Record<string, string | Buffer>>): GitRepository {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-reader-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return GitRepository.create(join(folder, 'x.git'), { files });
}

function readerOf(t: TestContext, repository: GitRepository, script?: string): ObjectReader {
  const [command, ...args] = script === undefined ? ['git', 'cat-file', '--batch'] : ['sh', '-c', script];
  const child = spawn(command ?? '', args, { cwd: repository.path, detached: true, stdio: 'pipe' });
  const reader = new ObjectReader(child, { format: 'sha1', largest });
  t.after(() => reader.close());
  return reader;
}

test('thousands of objects are asked for at once and answered in order', async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 3000 }, (_, n) => [`f${n}`, `${n}\n`.repeat((n % 50) + 1)]),
  );
  const repository = repositoryWith(t, files);
  const reader = readerOf(t, repository);
  const ids = [...repository.files()].map(([path, entry]) => [path, entry.split(' ')[1] ?? ''] as const);
  const read = await Promise.all(ids.map(async ([, id]) => reader.read(id)));
  for (const [index, [path]] of ids.entries()) assert.equal(read[index]?.bytes.toString(), files[path]);
  assert.equal(await reader.read('1'.repeat(40)), undefined);
  assert.equal((await reader.read('main^{commit}'))?.id, repository.head());
  assert.equal((await reader.read('main^{tree}'))?.type, 'tree');
});

test('an object that is too large is passed over without being held, and the next one is read', async (t) => {
  const repository = repositoryWith(t, { big: Buffer.alloc(largest + 1, 'x'), small: 'small' });
  const reader = readerOf(t, repository);
  const [big, small] = await Promise.all([reader.read('main:big'), reader.read('main:small')]);
  assert.deepEqual([big?.tooLarge, big?.bytes.length], [true, 0]);
  assert.equal(small?.bytes.toString(), 'small');
});

test('an answer that is not what its id says, and a process that ends, break the reader for everybody who waits', async (t) => {
  const repository = repositoryWith(t, { a: 'a' });
  const lying = readerOf(t, repository, `read x; printf '%s blob 1\\nb\\n' ${'1'.repeat(40)}; cat`);
  await assert.rejects(Promise.all([lying.read('x'), lying.read('y')]), {
    code: 'GitMirrorBroken',
    message: /is damaged$/,
  });
  await assert.rejects(lying.read('z'), { code: 'GitMirrorBroken' });
  const dying = readerOf(t, repository, 'read x; echo "fatal: loose object is corrupt" >&2; exit 128');
  await assert.rejects(dying.read('x'), { code: 'GitMirrorBroken', message: /loose object is corrupt/ });
  assert.equal(dying.alive, false);
});
