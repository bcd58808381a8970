import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** The texts of a union type in a source file. */
function membersOf(source: string, type: string): string[] {
  const union = new RegExp(`export type ${type} =([^;]*);`).exec(source)?.[1] ?? '';
  return [...union.matchAll(/'([^']+)'/g)].map(([, member = '']) => member);
}

const page = read('../../../docs/markers.md');

test('the page on markers explains every code of a finding, and no other', () => {
  const codes = membersOf(read('finding.ts'), 'FindingCode');
  const explained = [...page.matchAll(/^\| `((?:marker|place|file|policy)-[a-z-]+)` \|/gm)].map(
    ([, code = '']) => code,
  );
  assert.deepEqual(explained.toSorted(), codes.toSorted());
});

test('the page on markers explains every reason to leave a file as it is', () => {
  const reasons = [
    ...membersOf(read('yaml/read-yaml.ts'), 'UnreadableReason'),
    ...membersOf(read('write-values.ts'), 'RefusalReason'),
  ];
  assert.equal(reasons.length, 10);
  for (const reason of reasons) assert.ok(page.includes(`\`${reason}\``), reason);
});
