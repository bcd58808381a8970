import { TidemarkError } from '../../model/errors.ts';
import { required } from '../create-object.ts';
import type { CliDeps } from '../deps.ts';
import type { Output } from '../output.ts';
import { type GitSecretFlags, refuseForeignFlags } from './git-secret-flags.ts';
import { readAuthority } from './read-authority.ts';
import type { SecretDraft } from './secret-draft.ts';
import { readOnce, readSecretText } from './secret-text.ts';
import { draftSshSecret } from './ssh-secret.ts';

/** The Secret for a URL; undefined when the person did not trust the host key. */
export async function draftGitSecret(
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
