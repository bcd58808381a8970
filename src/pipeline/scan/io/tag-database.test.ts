import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as fc from 'fast-check';

import type { Log } from '../../../model/log.ts';
import { createTagDatabase } from './tag-database.ts';

const propertyRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 300);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tag-database-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function recorder(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const say = (message: string, fields?: object): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say, info: say, error: say, with: () => log };
  return { log, lines };
}

function byBytesDescending(tags: Iterable<string>): string[] {
  return [...new Set(tags)].sort((a, b) => Buffer.compare(Buffer.from(b), Buffer.from(a)));
}

const monday = new Date('2024-05-13T00:00:00.123Z');
const tuesday = new Date('2024-05-14T00:00:00.456Z');

test('a set that was never written is unknown, and counts nothing', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  assert.equal(store.read('a/b'), undefined);
  assert.equal(store.summary('a/b'), undefined);
  assert.equal(store.firstSeen('a/b', 'v1'), undefined);
});

test('an empty set is known', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  assert.deepEqual(store.write('a/b', [], '1', monday), { added: [], removed: [], version: 1 });
  assert.deepEqual(store.read('a/b'), { tags: [], checksum: '1', version: 1 });
});

test('a write says what came and what went, and raises the version only when something did', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  assert.deepEqual(store.write('a/b', ['v2', 'v1'], '7', monday), {
    added: ['v2', 'v1'],
    removed: [],
    version: 1,
  });
  assert.deepEqual(store.write('a/b', ['v2', 'v1'], '7', tuesday), { added: [], removed: [], version: 1 });
  assert.deepEqual(store.write('a/b', ['v3', 'v2'], '8', tuesday), {
    added: ['v3'],
    removed: ['v1'],
    version: 2,
  });
  assert.deepEqual(store.read('a/b'), { tags: ['v3', 'v2'], checksum: '8', version: 2 });
  assert.deepEqual(store.summary('a/b'), { count: 2, checksum: '8' });
});

test('first seen is kept while a tag exists, and begins anew when it comes back', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  store.write('a/b', ['v1'], '1', monday);
  store.write('a/b', ['v2', 'v1'], '2', tuesday);
  assert.deepEqual(store.firstSeen('a/b', 'v1'), monday);
  assert.deepEqual(store.firstSeen('a/b', 'v2'), tuesday);
  store.write('a/b', ['v2'], '3', tuesday);
  assert.equal(store.firstSeen('a/b', 'v1'), undefined);
  store.write('a/b', ['v2', 'v1'], '4', tuesday);
  assert.deepEqual(store.firstSeen('a/b', 'v1'), tuesday);
});

test('a set that was deleted and came again has a version that nobody knows yet', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  const before = store.write('a/b', ['v1'], '1', monday).version;
  store.delete('a/b');
  assert.equal(store.read('a/b'), undefined);
  assert.ok(store.write('a/b', ['v9'], '9', monday).version > before);
});

test('sets are kept across a restart, each by its own key', (t) => {
  const path = join(folder(t), 'tags.db');
  const first = createTagDatabase(path);
  first.write('a/b', ['v1'], '1', monday);
  first.write('a/c', ['w1'], '2', tuesday);
  first.close();
  const second = createTagDatabase(path);
  t.after(() => second.close());
  assert.deepEqual(second.read('a/b')?.tags, ['v1']);
  assert.deepEqual(second.read('a/c')?.tags, ['w1']);
  assert.deepEqual(second.firstSeen('a/c', 'w1'), tuesday);
});

test('the file is for its owner only', (t) => {
  const path = join(folder(t), 'tags.db');
  const store = createTagDatabase(path);
  t.after(() => store.close());
  store.write('a/b', ['v1'], '1', monday);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
});

test('any history of writes ends with the last set, exact differences and exact first-seen times', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  const tag = fc.oneof(
    fc.constantFrom('v1', 'v2', 'v10', 'latest', 'ä', '😀', '￿'),
    fc.stringMatching(/^[a-z0-9._-]{1,6}$/),
  );
  const history = fc.array(
    fc.tuple(fc.array(tag, { maxLength: 12 }), fc.integer({ min: -1e12, max: 4e12 })),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(history, (writes) => {
      store.delete('k');
      const seen = new Map<string, number>();
      for (const [tags, time] of writes) {
        const sorted = byBytesDescending(tags);
        const expected = {
          added: sorted.filter((one) => !seen.has(one)),
          removed: [...seen.keys()].filter((one) => !sorted.includes(one)),
        };
        const { added, removed } = store.write('k', sorted, 'x', new Date(time));
        assert.deepEqual(
          { added, removed: removed.toSorted() },
          { ...expected, removed: expected.removed.toSorted() },
        );
        for (const gone of expected.removed) seen.delete(gone);
        for (const fresh of expected.added) seen.set(fresh, time);
        assert.deepEqual(store.read('k')?.tags, sorted);
      }
      for (const [one, time] of seen) assert.equal(store.firstSeen('k', one)?.getTime(), time);
    }),
    { numRuns: propertyRuns },
  );
});

test('a tag with a line break is refused and changes nothing', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  store.write('a/b', ['v1'], '1', monday);
  assert.throws(() => store.write('a/b', ['v2\nv1'], '2', monday), { code: 'RegistryBadAnswer' });
  assert.throws(() => store.write('a/b', ['\n', 'x'], '2', monday), { code: 'RegistryBadAnswer' });
  assert.deepEqual(store.read('a/b')?.tags, ['v1']);
});

test('a file that is no database is set aside, said, and begun anew', (t) => {
  const path = folder(t);
  writeFileSync(
    join(path, 'tags.db'),
    'this is no database, and long enough to be looked at as one '.repeat(20),
  );
  const { log, lines } = recorder();
  const store = createTagDatabase(join(path, 'tags.db'), { log });
  t.after(() => store.close());
  assert.equal(store.read('a/b'), undefined);
  store.write('a/b', ['v1'], '1', monday);
  assert.deepEqual(store.read('a/b')?.tags, ['v1']);
  assert.match(lines.join('\n'), /set aside; tags will be scanned again/);
  assert.equal(readdirSync(path).filter((name) => name.includes('.damaged-')).length, 1);
});

test('a file that is damaged in the middle is set aside when that is noticed, and versions go on above the old ones', (t) => {
  const path = join(folder(t), 'tags.db');
  const before = createTagDatabase(path);
  for (let index = 0; index < 200; index += 1) before.write(`k${index}`, [`v${index}`], '1', monday);
  before.close();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 16384 * 2);
  writeFileSync(path, bytes);
  const { log, lines } = recorder();
  const store = createTagDatabase(path, { log });
  t.after(() => store.close());
  const change = store.write('k5', ['v5'], '1', monday);
  assert.deepEqual(change.added, ['v5']);
  assert.ok(change.version > 200);
  assert.match(lines.join('\n'), /set aside/);
});

test('a set whose bytes have rotted is unknown, and the others are not', (t) => {
  const path = join(folder(t), 'tags.db');
  const store = createTagDatabase(path);
  store.write('a/b', ['v1'], '1', monday);
  store.write('a/c', ['w1'], '1', monday);
  store.close();
  const database = new DatabaseSync(path);
  database.exec("UPDATE tag_set SET tags = x'0102030405' WHERE key = 'a/b'");
  database.close();
  const { log, lines } = recorder();
  const again = createTagDatabase(path, { log });
  t.after(() => again.close());
  assert.equal(again.read('a/b'), undefined);
  assert.deepEqual(again.read('a/c')?.tags, ['w1']);
  assert.deepEqual(again.write('a/b', ['v1'], '1', monday).added, ['v1']);
  assert.match(lines.join('\n'), /a stored tag set is damaged/);
});

test('a folder that cannot be written is named', (t) => {
  const path = join(folder(t), 'nowhere', 'tags.db');
  assert.throws(() => createTagDatabase(path), {
    code: 'StateUnwritable',
    message: /cannot write .*nowhere\/tags\.db/,
  });
});

test('what a killed process had written is all there, and each set is the old one or the new one', async (t) => {
  const path = join(folder(t), 'tags.db');
  const module = fileURLToPath(new URL('tag-database.ts', import.meta.url));
  const script = `
    const { createTagDatabase } = await import(${JSON.stringify(module)});
    const store = createTagDatabase(${JSON.stringify(path)});
    for (let round = 1; ; round += 1) {
      const tags = Array.from({ length: 500 }, (_, i) => 'r' + String(round).padStart(6, '0') + '-' + String(999 - i));
      store.write('k' + (round % 7), tags, String(round), new Date());
      process.stdout.write(round + '\\n');
    }`;
  for (let kill = 0; kill < 4; kill += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.split('\n').length > 40 + kill * 13) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(said.trimEnd().split('\n').at(-1));
    const store = createTagDatabase(path);
    const checksum = Number(store.read(`k${last % 7}`)?.checksum);
    // The process may have been killed between a write and its line.
    assert.ok(checksum >= last, `${checksum} is older than ${last}`);
    for (let key = 0; key < 7; key += 1)
      assert.equal(new Set(store.read(`k${key}`)?.tags.map((tag) => tag.slice(0, 7))).size, 1);
    store.close();
    rmSync(path);
  }
});

test('the last change of a set can be asked for without reading it, and an older one cannot', (t) => {
  const path = join(folder(t), 'tags.db');
  const store = createTagDatabase(path);
  t.after(() => store.close());
  const first = store.write('a/b', ['v1'], '1', monday).version;
  assert.deepEqual(store.changesSince('a/b', first), { added: [], removed: [], version: first });
  const second = store.write('a/b', ['v3', 'v2'], '2', tuesday);
  store.write('c/d', ['v1'], '1', tuesday);
  assert.deepEqual(store.changesSince('a/b', first), second);
  assert.deepEqual(store.changesSince('a/b', second.version)?.added, []);
  const third = store.write('a/b', ['v4', 'v3', 'v2'], '3', tuesday).version;
  assert.equal(store.changesSince('a/b', first), undefined);
  assert.deepEqual(store.changesSince('a/b', second.version), { added: ['v4'], removed: [], version: third });
  assert.equal(store.changesSince('unknown', 1), undefined);

  const later = createTagDatabase(path);
  t.after(() => later.close());
  assert.equal(later.changesSince('a/b', second.version), undefined, 'another process does not know it');
  assert.deepEqual(later.changesSince('a/b', third)?.added, []);
});

test('a set that is read again after a write is the new one', (t) => {
  const store = createTagDatabase(join(folder(t), 'tags.db'));
  t.after(() => store.close());
  store.write('a/b', ['v1'], '1', monday);
  assert.equal(store.read('a/b')?.tags, store.read('a/b')?.tags, 'it is not unpacked twice');
  store.write('a/b', ['v2'], '2', monday);
  assert.deepEqual(store.read('a/b')?.tags, ['v2']);
  store.delete('a/b');
  assert.equal(store.read('a/b'), undefined);
});
