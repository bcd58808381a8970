import { TidemarkError, type ErrorCode } from '../../model/errors.ts';

/** What a git command that failed says about the reason. */
export type GitFailureKind =
  | 'disk-full'
  | 'unauthorized'
  | 'forbidden'
  | 'repository-not-found'
  | 'redirected'
  | 'server-error'
  | 'unreachable'
  | 'host-key-refused'
  | 'ssh-unusable'
  | 'proxy-refused'
  | 'shallow-refused'
  | 'options-refused'
  | 'not-owner'
  | 'ref-vanished'
  | 'commit-missing'
  | 'commit-refused'
  | 'remote-error'
  | 'unknown';

export interface GitFailure {
  readonly kind: GitFailureKind;
  /** For a person: what git said, or our own sentence when that is clearer. */
  readonly reason: string;
}

/**
 * Patterns of git's own words, which do not change with the locale (`LC_ALL=C`); the first that matches counts.
 * Git has one exit status for all of these, so its words are the only place where the reason stands. What is not recognised stays
 * `unknown` and is shown as git said it. `git-failure.test.ts` and `io/git-publisher-failures.test.ts` hold them against a real git.
 */
const patterns: readonly (readonly [RegExp, GitFailureKind])[] = [
  [/No space left on device|Disk quota exceeded/i, 'disk-full'],
  [
    /CONNECT tunnel failed|from proxy after CONNECT|returned error: 407\b|SOCKS5|No authentication method was acceptable/,
    'proxy-refused',
  ],
  [/could not read (?:Username|Password)|Authentication failed|returned error: 401\b/i, 'unauthorized'],
  [/returned error: 403\b/, 'forbidden'],
  [/returned error: 3\d\d\b/, 'redirected'],
  [
    /repository '.*' not found|returned error: (?:404|410)\b|does not appear to be a git repository/,
    'repository-not-found',
  ],
  [/returned error: [45]\d\d\b|RPC failed; HTTP [45]\d\d\b/, 'server-error'],
  [/does not support shallow|does not support --(?:depth|shallow)|shallow capabilities/, 'shallow-refused'],
  [/does not support push options/, 'options-refused'],
  [/couldn't find remote ref|no such remote ref/i, 'ref-vanished'],
  [/not our ref/, 'commit-missing'],
  [/does not allow request for unadvertised object/, 'commit-refused'],
  [/remote error: /, 'remote-error'],
  [/detected dubious ownership/, 'not-owner'],
  [
    /unable to access '|Could not resolve|RPC failed|remote end hung up|early EOF|unexpected disconnect|transfer closed/i,
    'unreachable',
  ],
];

const codes: Readonly<Record<GitFailureKind, ErrorCode>> = {
  'disk-full': 'DiskFull',
  unauthorized: 'GitUnauthorized',
  forbidden: 'GitUnauthorized',
  'repository-not-found': 'GitUnreachable',
  redirected: 'GitUnreachable',
  'server-error': 'GitUnreachable',
  unreachable: 'GitUnreachable',
  'host-key-refused': 'GitUnauthorized',
  'ssh-unusable': 'GitFailed',
  'proxy-refused': 'GitUnreachable',
  'shallow-refused': 'GitFailed',
  'options-refused': 'GitFailed',
  'not-owner': 'GitFailed',
  'ref-vanished': 'GitRefNotFound',
  'commit-missing': 'GitRefNotFound',
  'commit-refused': 'GitRefNotFound',
  'remote-error': 'GitFailed',
  unknown: 'GitFailed',
};

/** Reads the reason out of what git wrote to standard error. */
export function classifyGitFailure(stderr: string): GitFailure {
  // What the other side wrote (`remote: ...`) is about the other side: its full disk is not ours.
  const ours = stderr
    .split(/[\r\n]/)
    .filter((line) => !line.startsWith('remote: '))
    .join('\n');
  const [, kind] = patterns.find(([pattern]) => pattern.test(ours)) ?? [undefined, 'unknown' as const];
  return { kind, reason: reasonOf(kind, ours) };
}

/** The error of a listing or a fetch that failed, in the words of Flux where it has any. */
export function readError({ kind, reason }: GitFailure, url: string): TidemarkError {
  const text =
    kind === 'repository-not-found'
      ? `unable to clone: ${reason}: git repository: '${url}'`
      : `unable to clone '${url}': ${reason}`;
  return new TidemarkError(codes[kind], text);
}

/** The error of a push that failed before the server spoke of any ref. */
export function pushError({ kind, reason }: GitFailure, url: string): TidemarkError {
  if (kind === 'forbidden') {
    return new TidemarkError('GitPushRejected', `${reason}: the credentials may not push to '${url}'`);
  }
  return new TidemarkError(codes[kind], `failed to push to remote: ${reason}: git repository: '${url}'`);
}

/** True when it is no use to look for the fault in our mirror: the remote, the network or the disk said no. */
export function isOutsideFault(kind: GitFailureKind): boolean {
  return kind !== 'unknown';
}

function reasonOf(kind: GitFailureKind, stderr: string): string {
  const status = /returned error: (\d+)|RPC failed; HTTP (\d+)/.exec(stderr);
  switch (kind) {
    case 'unauthorized':
      return 'authentication required';
    case 'forbidden':
      return 'authorization failed: the server answered 403';
    case 'repository-not-found':
      return 'repository not found';
    case 'redirected':
    case 'server-error':
      return `the server answered ${status?.[1] ?? status?.[2] ?? 'with an error'}`;
    case 'proxy-refused':
      return proxyWords(stderr);
    case 'disk-full':
      return 'no space left on the disk of the Git mirror';
    case 'not-owner':
      return 'git refuses the repository because it belongs to another user';
    default:
      return gitWords(stderr);
  }
}

function proxyWords(stderr: string): string {
  const [status] = /(?<=CONNECT tunnel failed, response |HTTP code |returned error: )\d+/.exec(stderr) ?? [];
  if (status === '407') return 'the proxy wants a user name and password, or others than were given';
  return status === undefined ? `the proxy refuses: ${gitWords(stderr)}` : `the proxy answered ${status}`;
}

/** The line that says why git gave up, without the URL that it repeats. */
function gitWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling =
    lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1) ?? 'git failed and said nothing';
  const words = telling.replace(/^(?:fatal|error): /, '').replace(/^unable to access '[^']*': /, '');
  return words.length > 300 ? `${words.slice(0, 300)}...` : words;
}
