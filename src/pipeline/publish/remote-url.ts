import { TidemarkError } from '../../model/errors.ts';

/** A remote's URL taken apart into what may be shown and what must not. */
export interface RemoteUrl {
  /** Without user information: the only form that stands in argv, messages and logs. */
  readonly url: string;
  readonly scheme: 'http' | 'https' | 'ssh' | 'file';
  /** `https://host:port` without a default port; empty for files and ssh. Credentials go here and nowhere else. */
  readonly origin: string;
  readonly username: string;
  readonly password: string;
}

const userInformation = /^((?:https?|ssh):\/\/)[^/?#]*@/i;

/** Reads the URL of a remote. Throws `GitFailed` when it is none that Git can be reached by. */
export function parseRemoteUrl(text: string): RemoteUrl {
  const url = text.replace(userInformation, '$1');
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = parsed?.protocol.slice(0, -1);
  if (parsed === undefined || !isScheme(scheme)) {
    throw new TidemarkError(
      'GitFailed',
      `'${shown(url)}' is not a URL of the form http://, https://, ssh:// or file://`,
    );
  }
  if (scheme === 'file' && !/^file:\/\/\//i.test(text)) {
    throw new TidemarkError(
      'GitFailed',
      `'${shown(url)}' must name an absolute path: file:///path/to/repository`,
    );
  }
  if (hasControlCharacter(text)) {
    throw new TidemarkError('GitFailed', `the URL of the Git repository contains a control character`);
  }
  const problem = scheme === 'ssh' ? sshProblem(parsed) : undefined;
  if (problem !== undefined)
    throw new TidemarkError('GitFailed', `the ssh:// URL of the Git repository ${problem}`);
  return {
    url,
    scheme,
    origin: scheme === 'file' || scheme === 'ssh' ? '' : parsed.origin,
    username: percentDecoded(parsed.username),
    password: percentDecoded(parsed.password),
  };
}

function isScheme(scheme: string | undefined): scheme is RemoteUrl['scheme'] {
  return scheme === 'http' || scheme === 'https' || scheme === 'ssh' || scheme === 'file';
}

/** Git takes an ssh URL apart in its own way: what the two could read differently is refused, so that both mean the same host. */
function sshProblem({ hostname, pathname, search, hash, username, password }: URL): string | undefined {
  if (!/^(?:\[[\da-f:.]+\]|[a-z\d_][\w.-]*)$/i.test(hostname)) return 'names no host that can be used';
  if (pathname.length < 2) return 'names no path: write it as ssh://git@host/path';
  if (search !== '' || hash !== '') return "has a '?' or '#' in it: write them as %3F and %23";
  if (!/^(?:[\w+~=][\w.@+~=-]*)?$/.test(percentDecoded(username)))
    return 'names a user with characters that ssh does not take';
  if (password !== '') return 'has a password in it, which ssh has no use for';
  return undefined;
}

/**
 * Where a redirect of `<url>/info/refs` leads, as a URL of the repository.
 *
 * Only to the same host: credentials are meant for one host, and a push that was redirected elsewhere is nothing the user asked for.
 * From http to https is allowed, the way back is not.
 */
export function followRedirect(from: RemoteUrl, location: string): RemoteUrl | { readonly refused: string } {
  const base = `${from.url.replace(/\/+$/, '')}/info/refs`;
  if (!URL.canParse(location, base)) return { refused: 'to an address that cannot be read' };
  const target = new URL(location, base);
  const origin = new URL(from.url);
  const upgraded = origin.protocol === 'http:' && target.protocol === 'https:';
  if (target.hostname !== origin.hostname || (target.host !== origin.host && !upgraded)) {
    return { refused: `to another host, '${target.protocol}//${target.host}'` };
  }
  if (target.protocol !== origin.protocol && !upgraded) {
    return { refused: `to '${target.protocol}//${target.host}', which is not encrypted` };
  }
  const path = target.pathname.replace(/\/info\/refs$/, '');
  if (path === target.pathname)
    return { refused: `to '${target.origin}${target.pathname}', which is not a Git repository` };
  return parseRemoteUrl(`${target.origin}${path}`);
}

/** Percent-decoding that leaves a text alone when it is not encoded. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hasControlCharacter(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}

/** What cannot be read may hold a password anywhere before its last `@`. */
function shown(url: string): string {
  return url.replace(/\/\/.*@/s, '//');
}
