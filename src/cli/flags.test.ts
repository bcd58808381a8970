import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onOff } from './flags.ts';

test('a flag that is on or off is read as Go reads it, also when its name begins with no-', () => {
  const plain = onOff('--enable-leader-election', '', false);
  assert.deepEqual(
    [undefined, true, 'true', 'false'].map((raw) => plain.read(raw)),
    [false, true, true, false],
  );
  const negated = onOff('--no-cross-namespace-refs', '', false);
  assert.deepEqual(
    [true, false, 'true', 'false'].map((raw) => negated.read(raw)),
    [false, true, true, false],
  );
});
