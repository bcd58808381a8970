import { TidemarkError } from '../../model/errors.ts';
import type { CliDeps } from '../deps.ts';
import { required } from '../create-object.ts';
import { text } from '../flags.ts';
import type { Output } from '../output.ts';
import { readAuthority } from '../secrets/read-authority.ts';
import { passwordFlags } from '../secrets/password-flags.ts';
import { secretCommand } from '../secrets/secret-command.ts';
import type { SecretDraft } from '../secrets/secret-draft.ts';
import { readOnce, readSecretText } from '../secrets/secret-text.ts';
import { draftSshSecret } from '../secrets/ssh-secret.ts';
import { type GitSecretFlags, refuseForeignFlags } from '../secrets/git-secret-flags.ts';
import { sshFlags } from '../secrets/ssh-flags.ts';

const flags = {
  url: text('--url <address>', 'address of the repository: https, http or ssh; required'),
  ...passwordFlags,
  bearerToken: text('--bearer-token <text>', 'token for the Bearer scheme; better --bearer-token-file'),
  bearerTokenFile: text('--bearer-token-file <file>', 'file that holds the token, "-" for standard input'),
  caCrtFile: text('--ca-crt-file <file>', 'authority to trust beside those of the system'),
  ...sshFlags,
};

export const createSecretGit = secretCommand({
  noun: 'git',
  summary: 'Create a Secret for a Git repository: an account, a token, or a key for SSH',
  description:
    'For https: a user name with a password or a token of the Git host, or a bearer token. For ssh: a new key pair, or the private key that you give; the public half is shown, to be added to the repository as a deploy key with write access, and the host key of the server is fetched and shown.',
  flags,
  examples: [
    'tidemark create secret git fleet --url=https://github.com/acme/fleet -u robot --password-file=token.txt',
    'tidemark create secret git fleet --url=ssh://git@github.com/acme/fleet',
    'tidemark create secret git fleet --url=ssh://git@git.example.com:2222/fleet --private-key-file=id_ed25519 --silent',
  ],
  draft: (given, deps, out) => draftGitSecret(given, deps, out),
});

/** The Secret for a URL; undefined when the person did not trust the host key. */
async function draftGitSecret(
  given: GitSecretFlags,
  deps: CliDeps,
  out: Output,
): Promise<SecretDraft | undefined> {
  const url = parseUrl(required(given.url, 'url is required (--url)'));
  readOnce([given.passwordFile, given.bearerTokenFile, given.caCrtFile, given.privateKeyFile]);
  refuseForeignFlags(given, url.protocol);
  const secretOf = (flag: string, text: string | undefined, file: string | undefined) =>
    readSecretText({ flag, given: text, file }, deps, out);
  const password = await secretOf('--password', given.password, given.passwordFile);
  if (url.protocol === 'ssh:') return draftSshSecret({ url, given, passphrase: password }, deps, out);
  if (url.protocol === 'http:')
    out.say('warning', 'insecure configuration: the credentials will travel unencrypted to an http URL');
  const bearerToken = await secretOf('--bearer-token', given.bearerToken, given.bearerTokenFile);
  return {
    stringData: {
      ...accountOf({ username: given.username, password, bearerToken }),
      ...(await readAuthority(given.caCrtFile, deps, out)),
    },
  };
}

function accountOf({
  username,
  password,
  bearerToken,
}: Readonly<Record<'username' | 'password' | 'bearerToken', string | undefined>>): Readonly<
  Record<string, string>
> {
  const refuse = (sentence: string): never => {
    throw new TidemarkError('UsageError', sentence);
  };
  if (bearerToken !== undefined) {
    if (username !== undefined || password !== undefined)
      return refuse('user credentials and bearer token cannot be used together');
    if (/[^\x21-\x7e]/.test(bearerToken))
      return refuse('the bearer token holds characters that no HTTP header can carry');
    return { bearerToken };
  }
  if (username === undefined || username === '' || password === undefined) {
    return refuse(
      'for Git over HTTP/S the username and password, or a bearer token is required\ngive -u with --password-file FILE, or --bearer-token-file FILE; "-" is standard input',
    );
  }
  if (username.includes(':')) return refuse('--username must not hold a colon');
  return { username, password };
}

function parseUrl(address: string): URL {
  const refuse = (sentence: string): never => {
    throw new TidemarkError('UsageError', sentence);
  };
  const short = /^([\w.-]+@)?([\w.-]+):(?!\/\/)(\S+)$/.exec(address);
  const url = URL.parse(address);
  if (short !== null && url?.hostname !== short[2]) {
    const [, user = 'git@', host = '', path = ''] = short;
    return refuse(`--url must be a URL: write it as ssh://${user}${host}/${path.replace(/^\/+/, '')}`);
  }
  if (url === null) return refuse('--url is not a URL: write it as https://host/path or ssh://git@host/path');
  if (!['ssh:', 'http:', 'https:'].includes(url.protocol)) {
    const scheme = url.protocol.slice(0, -1);
    return refuse(`git URL scheme '${scheme}' not supported, can be: ssh, http and https`);
  }
  if (url.hostname === '') return refuse('--url names no host');
  if (url.password !== '') return refuse('--url must not hold a password: give it with --password-file FILE');
  return url;
}
