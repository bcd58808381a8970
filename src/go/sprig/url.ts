import { quote } from '../quote.ts';
import { FunctionError } from '../template/run.ts';
import { parseIp } from './ip-address.ts';

/** The parts of a URL. All texts are bytes, one a character. */
export interface UrlParts {
  readonly scheme: string;
  readonly opaque: string;
  /** With its escapes as they are written out again; undefined when there is none, which is not the same as empty. */
  readonly user: string | undefined;
  readonly host: string;
  /** Without escapes. */
  readonly path: string;
  readonly query: string;
  /** Without escapes. */
  readonly fragment: string;
}

type Part = 'path' | 'host' | 'zone' | 'user' | 'fragment';

/** The characters that stand for themselves in each part, beside letters and digits. */
const PLAIN: Readonly<Record<Part, RegExp>> = {
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
  zone: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
  user: /[A-Za-z0-9\-_.~$&+,;=]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/,
};

/**
 * Reads a URL as Go's `url.Parse` does.
 *
 * @throws {FunctionError} with Go's reason.
 */
export function parseUrl(text: string): UrlParts {
  const [main = '', ...fragments] = text.split('#');
  const fragment = fragments.join('#');
  try {
    return { ...parseMain(main), fragment: unescape(fragment, 'fragment') };
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw new FunctionError(`unable to parse url: parse ${quote(main)}: ${error.message}`, { cause: error });
  }
}

function parseMain(text: string): UrlParts {
  const empty: UrlParts = {
    scheme: '',
    opaque: '',
    user: undefined,
    host: '',
    path: '',
    query: '',
    fragment: '',
  };
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(text))
    throw new FunctionError('net/url: invalid control character in URL');
  if (text === '*') return { ...empty, path: '*' };
  const [scheme, afterScheme] = cutScheme(text);
  const mark = afterScheme.indexOf('?');
  const rest = mark < 0 ? afterScheme : afterScheme.slice(0, mark);
  const parts = { ...empty, scheme, query: mark < 0 ? '' : afterScheme.slice(mark + 1) };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...parts, opaque: rest };
    if (rest.split('/')[0]?.includes(':') === true) {
      throw new FunctionError('first path segment in URL cannot contain colon');
    }
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  if (!hasAuthority) return { ...parts, path: unescape(rest, 'path') };
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const path = slash < 0 ? '' : rest.slice(slash);
  return { ...parts, ...parseAuthority(scheme, authority), path: unescape(path, 'path') };
}

function cutScheme(text: string): readonly [string, string] {
  if (text.startsWith(':')) throw new FunctionError('missing protocol scheme');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  return scheme === undefined ? ['', text] : [scheme.toLowerCase(), text.slice(scheme.length + 1)];
}

function parseAuthority(scheme: string, authority: string): Pick<UrlParts, 'user' | 'host'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) throw new FunctionError('net/url: invalid userinfo');
  const colon = info.indexOf(':');
  const names = colon < 0 ? [info] : [info.slice(0, colon), info.slice(colon + 1)];
  return { user: names.map((name) => escape(unescape(name, 'user'), 'user')).join(':'), host };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new FunctionError('invalid IP-literal');
  if (open === 0) return parseIpLiteral(host);
  const colon = host.indexOf(':');
  if (colon < 0) return unescape(host, 'host');
  // Lists of hosts with ports are let through, but not for the web.
  const isWeb = scheme === 'http' || scheme === 'https';
  requirePort(host.slice(isWeb ? colon : host.lastIndexOf(':')));
  return unescape(host, 'host');
}

function parseIpLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new FunctionError("missing ']' in host");
  requirePort(host.slice(close + 1));
  const name = host.slice(1, close);
  const zone = name.indexOf('%25');
  const address = unescape(zone < 0 ? name : name.slice(0, zone), 'host');
  const zoneText = zone < 0 ? '' : unescape(name.slice(zone), 'zone');
  const isAddress = address.includes(':') && parseIp(address) !== undefined && zoneText !== '%';
  if (!isAddress) throw new FunctionError(`invalid host: ${quote(name)} is no IPv6 address`);
  return `[${address}${zoneText}]${host.slice(close + 1)}`;
}

function requirePort(text: string): void {
  if (!/^(?::[0-9]*)?$/.test(text)) throw new FunctionError(`invalid port ${quote(text)} after host`);
}

function unescape(text: string, part: Part): string {
  for (const [escape, at] of escapesIn(text)) {
    if (!/^%[0-9a-fA-F]{2}$/.test(escape))
      throw new FunctionError(`invalid URL escape ${quote(text.slice(at, at + 3))}`);
    const code = Number.parseInt(escape.slice(1), 16);
    const isForbidden =
      (part === 'host' && code < 0x80 && escape !== '%25') ||
      (part === 'zone' && escape !== '%25' && code !== 0x20 && !PLAIN.host.test(String.fromCharCode(code)));
    if (isForbidden) throw new FunctionError(`invalid URL escape ${quote(escape)}`);
  }
  if (part === 'host' || part === 'zone') {
    const bad = Array.from(text).find((char) => char !== '%' && char < '\u0080' && !PLAIN[part].test(char));
    if (bad !== undefined) throw new FunctionError(`invalid character ${quote(bad)} in host name`);
  }
  return text.replace(/%[0-9a-fA-F]{2}/g, (escape) =>
    String.fromCharCode(Number.parseInt(escape.slice(1), 16)),
  );
}

function escapesIn(text: string): readonly (readonly [string, number])[] {
  return Array.from(text.matchAll(/%(?:[0-9a-fA-F]{2})?/g), (match) => [match[0], match.index] as const);
}

function escape(text: string, part: Part): string {
  return Array.from(text, (char) => {
    if (PLAIN[part].test(char)) return char;
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** The host without its port and brackets. */
export function hostnameOf({ host }: UrlParts): string {
  const name = host.replace(/:[0-9]*$/, '');
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

/** Writes a URL as Go's `URL.String` does. */
export function formatUrl(parts: UrlParts): string {
  const { scheme, opaque, user, host, path, query, fragment } = parts;
  let out = scheme === '' ? '' : `${scheme}:`;
  if (opaque === '') {
    if (host !== '' || user !== undefined || (scheme !== '' && path !== '')) out += '//';
    if (user !== undefined) out += `${user}@`;
    out += escape(host, 'host');
    const escaped = path === '*' ? path : escape(path, 'path');
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') out += '/';
    if (out === '' && escaped.split('/')[0]?.includes(':') === true) out = './';
    out += escaped;
  } else out += opaque;
  if (query !== '') out += `?${query}`;
  return fragment === '' ? out : `${out}#${escape(fragment, 'fragment')}`;
}
