import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sshConfig, type SshConfig } from './ssh-config.ts';

const given: SshConfig = {
  username: 'git',
  algorithms: {},
  knownHosts: '/tmp/100% mine/known_hosts',
  publicKey: '/tmp/identity.pub',
  agent: '/tmp/agent',
  timeoutMs: 60_000,
};

test('paths are quoted, and what begins a token in them doubled', () => {
  assert.match(sshConfig(given), /^UserKnownHostsFile "\/tmp\/100%% mine\/known_hosts"$/m);
});

test('an ssh that is left alone gives up a little after we do', () => {
  const text = sshConfig(given);
  assert.match(text, /^ConnectTimeout 61\nServerAliveInterval 20\nServerAliveCountMax 3$/m);
  assert.match(sshConfig({ ...given, timeoutMs: 1 }), /^ConnectTimeout 2\nServerAliveInterval 1$/m);
});

test('algorithms are left to ssh unless they are given', () => {
  assert.doesNotMatch(sshConfig(given), /Algorithms/);
  assert.match(
    sshConfig({ ...given, algorithms: { kex: 'a,b', hostKey: 'c' } }),
    /^KexAlgorithms a,b\nHostKeyAlgorithms c$/m,
  );
});
