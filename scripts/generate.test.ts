import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staleFiles } from './generate.ts';

const files = [
  { path: 'same.md', render: () => 'same\n' },
  { path: 'changed.md', render: () => Promise.resolve('new\n') },
  { path: 'missing.md', render: () => 'new\n' },
];
const onDisk: Record<string, string> = { 'same.md': 'same\n', 'changed.md': 'old\n' };

test('a file is stale when it is missing or differs from what the sources say', async () => {
  const stale = await staleFiles(files, (path) => onDisk[path]);
  assert.deepEqual(
    [...stale],
    [
      ['changed.md', 'new\n'],
      ['missing.md', 'new\n'],
    ],
  );
});
