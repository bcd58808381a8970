import { createHash } from 'node:crypto';
import { TidemarkError } from '../../model/errors.ts';
import type { GitRemote } from './ports.ts';
import { gitProxy, shownProxy } from './proxy-url.ts';
import { redactor, type Redact } from './redact.ts';
import { parseRemoteUrl, percentDecoded, type RemoteUrl } from './remote-url.ts';

/** One entry of git's configuration. */
export type ConfigEntry = readonly [key: string, value: string];

/** Everything that git needs to reach a remote as one particular user. */
export interface RemoteAccess {
  readonly url: RemoteUrl;
  /** Names the mirror: the remote and whose access it is. Stays the same when a token is renewed. */
  readonly mirrorKey: string;
  /** Tells two accesses apart to the last byte of their credentials: only equal ones share a process. */
  readonly accessKey: string;
  /** Carries the credentials, so it reaches git through the environment alone. */
  readonly config: readonly ConfigEntry[];
  readonly authenticated: boolean;
  readonly tls: NonNullable<GitRemote['tls']>;
  /** For an ssh URL: how to log in. */
  readonly ssh?: SshAccess;
  /** The proxy, without user information. */
  readonly proxy?: string;
  readonly timeoutMs: number;
  readonly redact: Redact;
}

/** How to log in over ssh. */
export interface SshAccess {
  readonly username: string;
  readonly identity: string;
  readonly passphrase?: string | undefined;
  readonly knownHosts: string;
  /** What holds the key, for messages. */
  readonly secret: string;
}

/** Works out how to reach a remote. Throws `GitFailed` when its URL cannot be read. */
export function remoteAccess(remote: GitRemote): RemoteAccess {
  const url = parseRemoteUrl(remote.url);
  if (url.scheme === 'ssh' || remote.credentials?.type === 'ssh') return sshAccess(remote, url);
  const credentials = remote.credentials ?? credentialsIn(url);
  const header = credentials === undefined ? undefined : authorization(credentials);
  const { tls = {}, proxy, timeoutMs } = remote;
  const whoever =
    header === undefined && tls.key === undefined ? 'anonymous' : fingerprint([header, tls.key, tls.cert]);
  return {
    url,
    mirrorKey: fingerprint([url.url, remote.identity ?? whoever]),
    accessKey: fingerprint([
      url.url,
      remote.identity,
      header,
      tls.ca,
      tls.cert,
      tls.key,
      proxy,
      String(timeoutMs),
    ]),
    config: [...headerConfig(url, header), ...(proxy === undefined ? [] : proxyConfig(proxy))],
    authenticated: header !== undefined,
    tls,
    ...(proxy === undefined ? {} : { proxy: shownProxy(proxy) }),
    timeoutMs,
    redact: redactor(secretsOf(credentials, header, { url, proxy })),
  };
}

/** The same access to the same remote at the address it redirects to. */
export function redirectedAccess(access: RemoteAccess, url: RemoteUrl): RemoteAccess {
  const oldKey = headerKey(access.url);
  const config = access.config.map(([key, value]): ConfigEntry => [
    key === oldKey ? headerKey(url) : key,
    value,
  ]);
  return { ...access, url, config };
}

function sshAccess({ credentials, identity, timeoutMs, proxy }: GitRemote, url: RemoteUrl): RemoteAccess {
  if (url.scheme !== 'ssh' || credentials?.type !== 'ssh' || proxy !== undefined) {
    throw new TidemarkError(
      'GitFailed',
      `cannot use ${url.url}: ssh:// needs a private key and known hosts, and goes through no proxy; other URLs take no such key`,
    );
  }
  const { passphrase = '', knownHosts } = credentials;
  const username = credentials.username ?? (url.username === '' ? 'git' : url.username);
  const whoever = identity ?? fingerprint([credentials.identity]);
  const login = [credentials.identity, passphrase, knownHosts];
  return {
    url,
    mirrorKey: fingerprint([url.url, username, whoever]),
    accessKey: fingerprint([url.url, username, identity, ...login, String(timeoutMs)]),
    config: [],
    authenticated: true,
    tls: {},
    ssh: {
      username,
      identity: credentials.identity,
      ...(passphrase === '' ? {} : { passphrase }),
      knownHosts,
      secret: identity === undefined ? 'the credentials' : `secret '${identity}'`,
    },
    timeoutMs,
    redact: redactor([passphrase, url.password]),
  };
}

type Credentials = Exclude<NonNullable<GitRemote['credentials']>, { type: 'ssh' }>;

function credentialsIn({ username, password }: RemoteUrl): Credentials | undefined {
  return username === '' && password === '' ? undefined : { type: 'basic', username, password };
}

function authorization(credentials: Credentials): string {
  if (credentials.type === 'bearer') return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')}`;
}

/** Sent only to the origin of the URL: git compares before it sends. */
function headerConfig(url: RemoteUrl, header: string | undefined): readonly ConfigEntry[] {
  return header === undefined || url.scheme === 'file' ? [] : [[headerKey(url), `Authorization: ${header}`]];
}

/** Basic at once, as Flux does: not every proxy says that it wants it in a way that one can answer. */
function proxyConfig(proxy: string): readonly ConfigEntry[] {
  return [
    ['http.proxy', gitProxy(proxy)],
    ['http.proxyAuthMethod', 'basic'],
  ];
}

function headerKey({ origin }: RemoteUrl): string {
  return `http.${origin}/.extraHeader`;
}

function secretsOf(
  credentials: Credentials | undefined,
  header: string | undefined,
  { url, proxy }: { readonly url: RemoteUrl; readonly proxy: string | undefined },
): readonly string[] {
  const secret = credentials?.type === 'bearer' ? credentials.token : credentials?.password;
  const proxyPassword = proxy !== undefined && URL.canParse(proxy) ? new URL(proxy).password : '';
  return [
    secret ?? '',
    header?.replace(/^\w+ /, '') ?? '',
    url.password,
    proxyPassword,
    percentDecoded(proxyPassword),
  ];
}

function fingerprint(parts: readonly (string | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex')
    .slice(0, 40);
}
