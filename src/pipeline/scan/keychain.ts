import type { ImageName } from '../../model/image-ref.ts';
import { dockerConfigEntries } from './docker-config.ts';
import type { Credential, DockerConfigEntry, PullSecret } from './docker-config.ts';

/** Which credential goes to which registry and path. Ordered: the first entry that matches is used, and no other. */
export interface Keychain {
  readonly entries: readonly KeychainEntry[];
}

export interface KeychainEntry {
  /** Labels of the host, each of which may be a glob: `*.example.com`. */
  readonly labels: readonly string[];
  readonly port: string;
  /** The image's path must start with it: `/org/`. Empty matches every path. */
  readonly path: string;
  readonly credential: Credential;
}

/** No credentials: every registry is asked anonymously. */
export const emptyKeychain: Keychain = { entries: [] };

/** Gathers the docker configs of pull secrets, the first Secret first. Secrets of other types have nothing to say. */
export function keychainFromSecrets(secrets: readonly PullSecret[]): Keychain {
  return keychainFromEntries(secrets.flatMap((secret) => dockerConfigEntries(secret)));
}

export function keychainFromEntries(entries: readonly DockerConfigEntry[]): Keychain {
  const byKey = new Map<string, Credential>();
  for (const { registry, credential } of entries) {
    const key = normalizeKey(registry);
    // The same key again: the earlier one wins.
    if (!byKey.has(key)) byKey.set(key, credential);
  }
  // In reverse order of bytes a longer, more specific key comes before its own beginning.
  const keys = [...byKey.keys()].sort((a, b) => Buffer.compare(Buffer.from(b), Buffer.from(a)));
  return { entries: keys.map((key) => ({ ...parseKey(key), credential: byKey.get(key) ?? {} })) };
}

/** The credential for one image, or undefined to ask anonymously. */
export function findCredential(keychain: Keychain, image: ImageName): Credential | undefined {
  const { labels, port } = splitHost(image.registry);
  const path = `/${image.repository}`;
  const entry = keychain.entries.find(
    (entry) =>
      entry.port === port &&
      entry.labels.length === labels.length &&
      path.startsWith(entry.path) &&
      entry.labels.every((glob, index) => matchesGlob(glob, labels[index] ?? '')),
  );
  return entry?.credential;
}

/** Whether a key of a docker config names this registry: without globs, and whatever path it has. */
export function isKeyOf(key: string, registry: string): boolean {
  return normalizeKey(key).replace(/\/.*$/, '') === registry;
}

/**
 * A docker config key without what does not count: scheme, user, query, and a path of `/`, `/v1/` or `/v2/`.
 * `docker.io` means Docker Hub here, whose canonical host is `index.docker.io`; to Flux it means nothing.
 */
function normalizeKey(registry: string): string {
  const address = registry.replace(/^https?:\/\//, '').replace(/[?#].*$/s, '');
  const slash = address.indexOf('/');
  const authority = slash < 0 ? address : address.slice(0, slash);
  const path = slash < 0 ? '' : address.slice(slash).replace(/^\/v[12]\//, '/');
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return `${host === 'docker.io' ? 'index.docker.io' : host}${path === '/' ? '' : path}`;
}

function parseKey(key: string): Omit<KeychainEntry, 'credential'> {
  const slash = key.indexOf('/');
  const { labels, port } = splitHost(slash < 0 ? key : key.slice(0, slash));
  return { labels, port, path: slash < 0 ? '' : key.slice(slash) };
}

function splitHost(host: string): { labels: readonly string[]; port: string } {
  const port = /:(\d*)$/.exec(host);
  return { labels: (port ? host.slice(0, port.index) : host).split('.'), port: port?.[1] ?? '' };
}

/** `*` stands for any run of characters. Everything else, and nothing but it, is taken as it is. */
function matchesGlob(glob: string, text: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === glob;
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  const middle = text.slice(head.length, text.length - tail.length);
  let from = 0;
  for (const piece of rest) {
    const at = middle.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}
