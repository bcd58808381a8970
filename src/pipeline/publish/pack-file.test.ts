import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectId, type NewObject, type ObjectFormat } from './git-object.ts';
import { encodePack } from './pack-file.ts';

function objectsOf(format: ObjectFormat): readonly NewObject[] {
  const sizes = [0, 1, 15, 16, 17, 2047, 2048, 2049, 70_000, 300_000];
  return [...sizes, ...Array.from({ length: 300 }, (_, n) => 100 + n)].map((size, n) => {
    const body = Buffer.alloc(size, `${n} line\n`);
    return { id: objectId(format, 'blob', body), type: 'blob', body };
  });
}

for (const format of ['sha1', 'sha256'] as const) {
  test(`a pack of ${format} objects and its index are what git itself makes of them`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-pack-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const objects = objectsOf(format);
    const { name, pack, index } = encodePack([...objects, ...objects], format);
    const file = join(folder, `pack-${name}`);
    writeFileSync(`${file}.pack`, pack);
    writeFileSync(`${file}.idx`, index);
    const git = (...args: readonly string[]): Buffer =>
      execFileSync('git', args, {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      });
    const listed = git('verify-pack', '-v', `--object-format=${format}`, `${file}.idx`).toString();
    assert.equal(
      listed.split('\n').filter((line) => / blob /.test(line)).length,
      new Set(objects.map(({ id }) => id)).size,
    );
    git('index-pack', `--object-format=${format}`, '-o', join(folder, 'git.idx'), `${file}.pack`);
    assert.ok(readFileSync(join(folder, 'git.idx')).equals(index));
  });
}
