import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyGitFailure, pushError, readError } from './git-failure.ts';

const url = 'http://host/x.git';

test('what git says is put under a name', () => {
  const access = (what: string): string => `fatal: unable to access '${url}/': ${what}\n`;
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "fatal: could not read Username for 'http://host': terminal prompts disabled",
      'unauthorized',
      'authentication required',
    ],
    [`fatal: Authentication failed for '${url}/'`, 'unauthorized', 'authentication required'],
    [
      access('The requested URL returned error: 403'),
      'forbidden',
      'authorization failed: the server answered 403',
    ],
    [access('The requested URL returned error: 301'), 'redirected', 'the server answered 301'],
    [`fatal: repository '${url}/' not found`, 'repository-not-found', 'repository not found'],
    [
      "fatal: '/nope' does not appear to be a git repository\nfatal: Could not read from remote repository.",
      'repository-not-found',
      'repository not found',
    ],
    [access('The requested URL returned error: 502'), 'server-error', 'the server answered 502'],
    [
      'error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500',
      'server-error',
      'the server answered 500',
    ],
    [
      access('Received HTTP code 407 from proxy after CONNECT'),
      'proxy-refused',
      'the proxy wants a user name and password, or others than were given',
    ],
    [access('CONNECT tunnel failed, response 403'), 'proxy-refused', 'the proxy answered 403'],
    [
      access('User was rejected by the SOCKS5 server (1 1).'),
      'proxy-refused',
      'the proxy refuses: User was rejected by the SOCKS5 server (1 1).',
    ],
    [access('Could not resolve host: host'), 'unreachable', 'Could not resolve host: host'],
    [
      access('SSL certificate problem: self-signed certificate'),
      'unreachable',
      'SSL certificate problem: self-signed certificate',
    ],
    ['fatal: the remote end hung up unexpectedly', 'unreachable', 'the remote end hung up unexpectedly'],
    [
      'fatal: Server does not support shallow requests',
      'shallow-refused',
      'Server does not support shallow requests',
    ],
    [
      'fatal: the receiving end does not support push options',
      'options-refused',
      'the receiving end does not support push options',
    ],
    ["fatal: couldn't find remote ref refs/heads/x", 'ref-vanished', "couldn't find remote ref refs/heads/x"],
    [
      `fatal: remote error: upload-pack: not our ref ${'1'.repeat(40)}`,
      'commit-missing',
      `remote error: upload-pack: not our ref ${'1'.repeat(40)}`,
    ],
    [
      `error: Server does not allow request for unadvertised object ${'1'.repeat(40)}`,
      'commit-refused',
      `Server does not allow request for unadvertised object ${'1'.repeat(40)}`,
    ],
    ['fatal: remote error: this is a private place', 'remote-error', 'remote error: this is a private place'],
    [
      "fatal: detected dubious ownership in repository at '/x'",
      'not-owner',
      'git refuses the repository because it belongs to another user',
    ],
    [
      'error: file write error: No space left on device\nfatal: x',
      'disk-full',
      'no space left on the disk of the Git mirror',
    ],
    ['warning: odd\nfatal: bad object 123\nmore', 'unknown', 'bad object 123'],
    ['', 'unknown', 'git failed and said nothing'],
  ];
  for (const [stderr, kind, reason] of cases)
    assert.deepEqual(classifyGitFailure(stderr), { kind, reason }, stderr);
});

test('what the other side says of itself is not said of us', () => {
  const { kind } = classifyGitFailure(
    'remote: fatal: write error: No space left on device\nfatal: early EOF\n',
  );
  assert.equal(kind, 'unreachable');
});

test('a long text is cut', () => {
  assert.equal(classifyGitFailure(`fatal: ${'x'.repeat(999)}`).reason.length, 303);
});

test('a reading that failed is told as Flux tells it', () => {
  assert.equal(readError({ kind: 'unreachable', reason: 'no' }, url).message, `unable to clone '${url}': no`);
  assert.equal(
    readError({ kind: 'repository-not-found', reason: 'repository not found' }, url).message,
    `unable to clone: repository not found: git repository: '${url}'`,
  );
});

test('a push that may not be made is a rejected push, other failures keep their code', () => {
  assert.equal(pushError({ kind: 'forbidden', reason: 'no' }, url).code, 'GitPushRejected');
  assert.equal(pushError({ kind: 'unauthorized', reason: 'no' }, url).code, 'GitUnauthorized');
  assert.equal(pushError({ kind: 'unreachable', reason: 'no' }, url).code, 'GitUnreachable');
});
