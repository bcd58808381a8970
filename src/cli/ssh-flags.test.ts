import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sshFlags } from './ssh-flags.ts';

test('lists of algorithms are taken, and what could be anything else is not', () => {
  const { read } = sshFlags.sshKexAlgos;
  assert.equal(read(undefined), undefined);
  assert.equal(
    read('curve25519-sha256, curve25519-sha256@libssh.org'),
    'curve25519-sha256,curve25519-sha256@libssh.org',
  );
  for (const text of ['', 'a,,b', '+a', 'a\nProxyCommand x', 'a b', '*'])
    assert.throws(() => read(text), { code: 'UsageError', message: /^--ssh-kex-algos takes names/ }, text);
});
