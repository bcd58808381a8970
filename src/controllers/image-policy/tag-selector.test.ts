import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as fc from 'fast-check';
import { createTagDatabase } from '../../pipeline/scan/io/tag-database.ts';
import type { ScanResult } from '../../api/image-repository.ts';
import { tagsChecksum } from '../../pipeline/scan/tags-checksum.ts';
import type { TagStore } from '../../pipeline/scan/ports.ts';
import { compileRule } from '../../pipeline/select/compile-rule.ts';
import { select } from '../../pipeline/select/select.ts';
import { TagSelector } from './tag-selector.ts';

const now = new Date('2024-05-13T00:00:00Z');
const spec = {
  imageRepositoryRef: { name: 'app' },
  digestReflectionPolicy: 'Never',
  filterTags: { pattern: '^app-(?P<n>[0-9]+)-', extract: '$n' },
  policy: { numerical: { order: 'asc' } },
} as const;
const tag = (n: number): string => `app-${String(n).padStart(6, '0')}-x`;

/** A store that counts how often whole sets are read. */
function countingStore(t: TestContext): { readonly tags: TagStore; readonly reads: () => number } {
  const folder = mkdtempSync(join(tmpdir(), 'tag-selector-'));
  const database = createTagDatabase(join(folder, 'tags.db'));
  t.after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  let reads = 0;
  const tags: TagStore = {
    read: (key) => {
      reads += 1;
      return database.read(key);
    },
    changesSince: (key, version) => database.changesSince(key, version),
    summary: (key) => database.summary(key),
    write: (...set) => database.write(...set),
    firstSeen: (key, name) => database.firstSeen(key, name),
    delete: (key) => database.delete(key),
    close: () => database.close(),
  };
  return { tags, reads: () => reads };
}

/** Stores what a scan found. Returns what the status says of it. */
function scanned(tags: TagStore, numbers: Iterable<number>): ScanResult {
  const list = [...numbers].map((n) => tag(n)).sort((a, b) => (a < b ? 1 : -1));
  const revision = tagsChecksum(list);
  tags.write('flux-system/app', list, revision, now);
  return { revision, tagCount: list.length, latestTags: list.slice(0, 10) };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test('after a scan that brought one tag to a large set, that set is not read again', (t) => {
  const { tags, reads } = countingStore(t);
  const selector = new TagSelector(tags);
  let scan = scanned(tags, upTo(2000));
  const ask = (): string | undefined =>
    selector.select({ id: 'p', rule: selector.compile(spec), key: 'flux-system/app', keep: undefined, scan })
      ?.winner?.tag;
  assert.equal(ask(), tag(1999));
  assert.equal(reads(), 1);
  scan = scanned(tags, upTo(2001));
  assert.equal(ask(), tag(2000));
  assert.equal(ask(), tag(2000));
  assert.equal(reads(), 1);
});

test('without tags there is no answer, also after there were some', (t) => {
  const { tags } = countingStore(t);
  const selector = new TagSelector(tags);
  let scan: ScanResult | undefined;
  const ask = (): unknown =>
    selector.select({ id: 'p', rule: selector.compile(spec), key: 'flux-system/app', keep: undefined, scan });
  assert.equal(ask(), undefined);
  scan = scanned(tags, upTo(600));
  assert.notEqual(ask(), undefined);
  scan = scanned(tags, []);
  assert.equal(ask(), undefined);
  tags.delete('flux-system/app');
  assert.equal(ask(), undefined);
});

test('whatever scans bring, the selection is that of all tags', (t) => {
  const { tags, reads } = countingStore(t);
  let asked = 0;
  const change = fc.record({
    add: fc.array(fc.nat(3000), { maxLength: 3 }),
    drop: fc.nat(4),
    asks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 900 }), fc.array(change, { maxLength: 6 }), (count, changes) => {
      const selector = new TagSelector(tags);
      let numbers = upTo(count);
      let keep: string | undefined;
      for (const { add, drop, asks } of changes) {
        numbers = [...new Set([...numbers.slice(0, numbers.length - drop), ...add])].toSorted(
          (a, b) => a - b,
        );
        const scan = scanned(tags, numbers);
        if (!asks) continue;
        asked += 1;
        const rule = selector.compile(spec);
        const found = selector.select({ id: 'p', rule, key: 'flux-system/app', keep, scan });
        const full = select(
          compileRule(spec),
          numbers.map((n) => tag(n)),
          { keep },
        );
        assert.deepEqual([found?.winner, found?.counts], [full.winner, full.counts]);
        keep = full.winner?.tag;
      }
    }),
    { numRuns: Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 100) },
  );
  assert.ok(reads() < asked, `${reads()} sets read for ${asked} selections`);
});

test('tags of another scan than the status tells of are not selected from', (t) => {
  const { tags } = countingStore(t);
  const selector = new TagSelector(tags);
  const old = scanned(tags, upTo(600));
  const rule = selector.compile(spec);
  const ask = (scan: ScanResult): unknown =>
    selector.select({ id: 'p', rule, key: 'flux-system/app', keep: undefined, scan });
  assert.notEqual(ask(old), undefined);
  assert.equal(ask({ ...old, revision: '1', tagCount: 601 }), undefined);
});
