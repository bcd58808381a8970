import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifySshFailure } from './ssh-failure.ts';

const lastWords =
  'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n';
const letIn =
  'debug1: Offering public key\nAuthenticated to git.example ([192.0.2.1]:22) using "publickey".\ndebug1: Exit status 1\n';
const about = { host: 'git.example', username: 'git', key: 'ssh-ed25519 SHA256:ours' };

test('what a server says to one that it has let in is put under a name', () => {
  for (const [words, kind, reason] of [
    [
      'ERROR: Repository not found.',
      'repository-not-found',
      /the server says: ERROR: Repository not found\.$/,
    ],
    [
      'remote: \nremote: ========================\nremote: \nremote: ERROR: The project you were looking for could not be found.\nremote: ',
      'repository-not-found',
      /: the server says: ERROR: The project you were looking for could not be found\.$/,
    ],
    [
      "fatal: '/x.git' does not appear to be a git repository",
      'repository-not-found',
      /^repository not found$/,
    ],
    [
      'ERROR: The key you are authenticating with has been marked as read only.',
      'forbidden',
      /^authorization failed: the server says: ERROR: The key/,
    ],
    ['ERROR: Permission to a/b.git denied to somebody.', 'forbidden', /denied to somebody\.$/],
    ['This service is down for maintenance', 'remote-error', /^the server says: This service is down/],
  ] as const) {
    const found = classifySshFailure({ ...about, stderr: `${words}\n${lastWords}`, log: letIn });
    assert.equal(found.kind, kind, words);
    assert.match(found.reason, reason);
  }
});

test('a connection that breaks off is told in the words of ssh', () => {
  for (const [log, reason] of [
    [
      'ssh: connect to host git.example port 22: No route to host\n',
      'connect to host git.example port 22: No route to host',
    ],
    [
      'debug1: x\nkex_exchange_identification: Connection closed by remote host\r\n',
      'kex_exchange_identification: Connection closed by remote host',
    ],
    [`${letIn}Timeout, server git.example not responding.\n`, 'Timeout, server git.example not responding.'],
    [letIn, 'the connection ended without a word'],
  ] as const) {
    assert.deepEqual(classifySshFailure({ ...about, stderr: lastWords, log }), {
      kind: 'unreachable',
      reason,
    });
  }
});

test('an ssh that cannot run says why', () => {
  const kindAndReason = (stderr: string): string => {
    const { kind, reason } = classifySshFailure({ ...about, stderr: `${stderr}\n${lastWords}`, log: '' });
    return `${kind}: ${reason}`;
  };
  assert.match(
    kindAndReason('No user exists for uid 65532'),
    /^ssh-unusable: .* the user 65532 has no entry in \/etc\/passwd/,
  );
  assert.match(kindAndReason('ssh: unknown option -- E'), /^ssh-unusable: .*unknown option -- E$/);
});

test('the server cannot pretend to be our ssh', () => {
  const stderr = `Host key verification failed.\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n${lastWords}`;
  assert.equal(classifySshFailure({ ...about, stderr, log: letIn }).kind, 'remote-error');
});
