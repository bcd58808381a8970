import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';

test('many share, one is alone, and everybody goes in the order in which they came', async () => {
  const gate = new Gate();
  const seen: string[] = [];
  const leave = new Map<string, () => void>();
  const stay = (name: string) => async (): Promise<void> => {
    seen.push(`+${name}`);
    await new Promise<void>((resolve) => leave.set(name, resolve));
    seen.push(`-${name}`);
  };
  const all = [
    gate.shared(stay('a')),
    gate.shared(stay('b')),
    gate.exclusive(stay('C')),
    gate.shared(stay('d')),
    gate.shared(stay('e')),
  ];
  for (const name of ['a', 'b', 'C', 'd', 'e']) {
    while (!leave.has(name)) await new Promise((resolve) => setImmediate(resolve));
    leave.get(name)?.();
  }
  await Promise.all(all);
  assert.deepEqual(seen, ['+a', '+b', '-a', '-b', '+C', '-C', '+d', '+e', '-d', '-e']);
  assert.ok(gate.idle);
});

test('whoever fails inside leaves like the others', async () => {
  const gate = new Gate();
  await assert.rejects(
    gate.exclusive(async () => Promise.reject(new Error('x'))),
    /x/,
  );
  assert.equal(await gate.shared(async () => 'in'), 'in');
});
