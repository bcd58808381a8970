import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unifiedDiff } from './unified-diff.ts';

test('a changed line is shown with its neighbours, the way git does', () => {
  const before = Buffer.from('a\nb\ntag: v1\nc\nd\n');
  const after = Buffer.from('a\nb\ntag: v2\nc\nd\n');
  assert.equal(
    unifiedDiff([{ path: 'apps/x.yaml', before, after }]),
    'diff --git a/apps/x.yaml b/apps/x.yaml\n--- a/apps/x.yaml\n+++ b/apps/x.yaml\n@@ -1,5 +1,5 @@\n a\n b\n-tag: v1\n+tag: v2\n c\n d\n',
  );
});

test('a missing final newline is said, not invented', () => {
  const text = unifiedDiff([{ path: 'x', before: Buffer.from('tag: v1'), after: Buffer.from('tag: v2') }]);
  assert.match(text, /-tag: v1\n\\ No newline at end of file\n\+tag: v2\n\\ No newline at end of file\n/);
});
