import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readLines } from './read-lines.ts';

async function linesOf(...chunks: readonly (string | Buffer)[]): Promise<readonly string[]> {
  const stream = (async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const lines: string[] = [];
  for await (const line of readLines(stream)) lines.push(line);
  return lines;
}

test('lines are put together from chunks, wherever those are cut, also inside a character', async () => {
  assert.deepEqual(await linesOf('a', 'b\nc', '', 'd\n\ne\n'), ['ab', 'cd', 'e']);
  const euro = Buffer.from('x€y\n');
  assert.deepEqual(await linesOf(euro.subarray(0, 2), euro.subarray(2, 3), euro.subarray(3)), ['x€y']);
});

test('a last line that was cut off does not count', async () => {
  assert.deepEqual(await linesOf('a\nb'), ['a']);
});

test('a line without end is refused before it fills the memory', async () => {
  const megabyte = 'a'.repeat(2 ** 20);
  await assert.rejects(linesOf(...Array.from({ length: 20 }, () => megabyte)), RangeError);
});
