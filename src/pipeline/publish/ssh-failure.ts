import { classifyGitFailure, type GitFailure } from './git-failure.ts';

/** What is known about a git command over ssh that failed. */
export interface SshFailure {
  /** What git and the server wrote to standard error. */
  readonly stderr: string;
  /** What ssh itself wrote at the level DEBUG1. The server has no part in it. */
  readonly log: string;
  /** Where it went: `host`, or `host:port`. */
  readonly host: string;
  readonly username: string;
  /** The key that was offered: `ssh-ed25519 SHA256:...`. */
  readonly key: string;
}

type Row = readonly [
  pattern: RegExp,
  kind: GitFailure['kind'],
  reason: (failure: SshFailure, said: string) => string,
];

/** ssh has one exit status for all of these, so its words (in English always) are where the reason stands. The first row that matches counts. */
const rows: readonly Row[] = [
  [
    /marked as revoked/i,
    'host-key-refused',
    ({ host, log }) => `the host key of '${host}' is marked as revoked in known_hosts: ${hostKeyIn(log)}`,
  ],
  [
    /IDENTIFICATION HAS CHANGED|has changed and you have requested strict checking/,
    'host-key-refused',
    ({ host, log }) =>
      `the host key of '${host}' is not the one in known_hosts: it shows ${hostKeyIn(log)}; if its operator confirms this key, put it into 'known_hosts' of the Secret (${keyscan(host)} prints the line)`,
  ],
  [
    /Host key verification failed/,
    'host-key-refused',
    ({ host, log }) =>
      `the host '${host}' is not in known_hosts: it shows the key ${hostKeyIn(log)}; if its operator confirms this key, add it to 'known_hosts' of the Secret (${keyscan(host)} prints the line)`,
  ],
  [
    /Permission denied \(|Too many authentication failures|No more authentication methods/,
    'unauthorized',
    ({ username, key }) =>
      `permission denied (publickey): the server does not let '${username}' in with the key ${key}: add the public key there, or put the right one into 'identity' of the Secret`,
  ],
  [
    /Bad SSH2 |bad configuration option/i,
    'ssh-unusable',
    (_, said) => `ssh cannot be started: ${telling(said, /Unsupported|Bad /)}`,
  ],
  [
    /Unable to negotiate/,
    'unreachable',
    (_, said) =>
      `${telling(said, /Unable to negotiate/)}: it has nothing in common with us, or with what --ssh-kex-algos and --ssh-hostkey-algos allow`,
  ],
];

/** Reads the reason of a failure out of what ssh, git and the server have said. */
export function classifySshFailure(failure: SshFailure): GitFailure {
  const { stderr, log } = failure;
  if (/^No user exists for uid/m.test(stderr)) {
    const uid = /uid (\d+)/.exec(stderr)?.[1] ?? '';
    return {
      kind: 'ssh-unusable',
      reason: `ssh cannot be started: the user ${uid} has no entry in /etc/passwd, which ssh needs`,
    };
  }
  const hasBegun = /^Authenticated to /m.test(log);
  const said = log
    .split(/\r?\n/)
    .filter((line) => !/^debug\d: /.test(line))
    .join('\n');
  if (said.trim() === '' && !hasBegun && log === '')
    return {
      kind: 'ssh-unusable',
      reason: `ssh cannot be started: ${wordsOfServer(stderr) || 'it says nothing'}`,
    };
  if (hasBegun) return serverFailure(stderr) ?? lostConnection(said);
  const row = rows.find(([pattern]) => pattern.test(said));
  if (row !== undefined) return { kind: row[1], reason: row[2](failure, said) };
  return lostConnection(said);
}

/** We were let in: it is git that failed, or the server that refused. Over ssh its words come without a mark. */
function serverFailure(stderr: string): GitFailure | undefined {
  const found = classifyGitFailure(stderr);
  if (found.kind !== 'unknown' && found.kind !== 'unreachable') return found;
  if (!/^fatal: Could not read from remote repository|the remote end hung up/m.test(stderr)) return found;
  const words = wordsOfServer(stderr);
  if (words === '') return undefined;
  if (/not found|not exist|could not be found|no such/i.test(words))
    return { kind: 'repository-not-found', reason: `repository not found: the server says: ${words}` };
  if (/denied|read.?only|not allowed|not permitted|permission|forbidden|unauthori[sz]ed/i.test(words))
    return { kind: 'forbidden', reason: `authorization failed: the server says: ${words}` };
  return { kind: 'remote-error', reason: `the server says: ${words}` };
}

/** Without git's own last lines. */
function wordsOfServer(stderr: string): string {
  const ours =
    /^(?:fatal: (?:Could not read from remote|the remote end hung up|early EOF)|Please make sure you have the correct|and the repository exists|Connection to .* closed|$)/;
  const words = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim().replace(/^remote: */, ''))
    .filter((line) => !ours.test(line) && !/^[=\-*#]*$/.test(line))
    .join(' ');
  return words.length > 300 ? `${words.slice(0, 300)}...` : words;
}

function lostConnection(said: string): GitFailure {
  const lines = said
    .split('\n')
    .filter((line) => line !== '' && !/^(?:Authenticated|Transferred|Bytes per)/.test(line));
  const words = lines.at(-1)?.replace(/^ssh: /, '') ?? 'the connection ended without a word';
  return { kind: 'unreachable', reason: words };
}

function hostKeyIn(log: string): string {
  const [, type = '', fingerprint = ''] = /^debug1: Server host key: (\S+) (SHA256:\S+)/m.exec(log) ?? [];
  return fingerprint === '' ? '(unknown)' : `${type} ${fingerprint}`;
}

function keyscan(host: string): string {
  const [, name = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return port === undefined || name.endsWith(':') ? `ssh-keyscan ${host}` : `ssh-keyscan -p ${port} ${name}`;
}

/** The line of `said` that tells, without the path of a file of ours. */
function telling(said: string, pattern: RegExp): string {
  return (
    said
      .split('\n')
      .find((line) => pattern.test(line))
      ?.replace(/^\S+ line \d+: /, '') ?? said
  );
}
