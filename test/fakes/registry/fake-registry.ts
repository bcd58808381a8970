import { createHash } from 'node:crypto';

import type { FakeAccess } from './access.ts';
import { TokenDesk } from './access.ts';
import type { Fault } from './faults.ts';

/** Tags in ascending order of bytes, made when they are asked for. An array is one. */
export interface TagSource {
  readonly length: number;
  at(index: number): string | undefined;
}

export interface Manifest {
  readonly mediaType: string;
  readonly body: Buffer;
  readonly digest: string;
}

/** One request as it came in, and the status that answered it. */
export interface RequestRecord {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly host: string;
  /** Of the client: one number for each connection. */
  readonly remotePort: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  status: number;
}

export interface FakeRegistryOptions {
  readonly access?: FakeAccess;
  /** No page has more tags than this, whatever `n` asks for. */
  readonly pageSize?: number;
  /** Repositories that exist without having been pushed to: their tags are made on the fly. */
  readonly generate?: (repository: string) => TagSource | undefined;
  /** Milliseconds, for the lifetime of tokens. */
  readonly now?: () => number;
}

interface Repository {
  tags: string[] | undefined;
  readonly manifests: Map<string, Manifest>;
}

const keptRequests = 10_000;

/** An OCI registry in memory. `handler` answers its requests, `startRegistry` puts it on a port. */
export class FakeRegistry {
  readonly options: FakeRegistryOptions;
  readonly tokens: TokenDesk;
  readonly faults = new Set<Fault>();
  readonly blobs = new Map<string, Buffer>();
  readonly uploads = new Map<string, Buffer>();
  #requests: RequestRecord[] = [];
  readonly #repositories = new Map<string, Repository>();
  readonly #tagByDigest = new Map<string, string>();

  constructor(options: FakeRegistryOptions = {}) {
    this.options = options;
    this.tokens = new TokenDesk(options.now ?? Date.now);
    this.putBlob(Buffer.from('{}'));
  }

  /** The last requests, oldest first. */
  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  record(request: RequestRecord): void {
    if (this.#requests.length >= keptRequests) this.#requests = this.#requests.slice(keptRequests / 2);
    this.#requests.push(request);
  }

  /** Points `tag` at an image whose digest depends on the tag, and on `content` if given. Returns the digest. */
  push(repository: string, tag: string, content?: string): string {
    return this.putManifest(repository, tag, imageFor(tag, content));
  }

  putManifest(repository: string, tag: string, manifest: Manifest): string {
    const entry = this.#materialize(repository);
    const at = firstAfter(entry.tags, tag);
    if (entry.tags[at - 1] !== tag) entry.tags.splice(at, 0, tag);
    entry.manifests.set(tag, manifest);
    return manifest.digest;
  }

  /** Stores a manifest that no tag points at. */
  putUntagged(repository: string, manifest: Manifest): void {
    this.#materialize(repository).manifests.set(manifest.digest, manifest);
  }

  untag(repository: string, tag: string): boolean {
    const entry = this.#materialize(repository);
    const at = firstAfter(entry.tags, tag) - 1;
    if (entry.tags[at] !== tag) return false;
    entry.tags.splice(at, 1);
    entry.manifests.delete(tag);
    return true;
  }

  /** Replaces all tags of a repository. */
  setTags(repository: string, tags: readonly string[]): void {
    const sorted = [...tags].sort((a, b) => (a < b ? -1 : Number(a > b)));
    this.#repositories.set(repository, { tags: sorted, manifests: new Map() });
  }

  tags(repository: string): TagSource | undefined {
    return this.#repositories.get(repository)?.tags ?? this.options.generate?.(repository);
  }

  /** By tag or by digest. */
  manifest(repository: string, reference: string): Manifest | undefined {
    const stored = this.#repositories.get(repository)?.manifests;
    if (reference.startsWith('sha256:')) {
      const tag = this.#tagByDigest.get(`${repository}@${reference}`);
      const byTag = tag === undefined ? undefined : this.manifest(repository, tag);
      return (
        stored?.get(reference) ?? [...(stored?.values() ?? [])].find((m) => m.digest === reference) ?? byTag
      );
    }
    const tags = this.tags(repository);
    if (!tags || tags.at(firstAfter(tags, reference) - 1) !== reference) return undefined;
    const manifest = stored?.get(reference) ?? imageFor(reference);
    this.#tagByDigest.set(`${repository}@${manifest.digest}`, reference);
    return manifest;
  }

  putBlob(content: Buffer): string {
    const digest = digestOf(content);
    this.blobs.set(digest, content);
    return digest;
  }

  /** Makes matching requests go wrong until it is taken back, or has happened `times` times. */
  fault(fault: Fault): () => void {
    const own = { ...fault };
    this.faults.add(own);
    return () => this.faults.delete(own);
  }

  #materialize(name: string): Repository & { tags: string[] } {
    const tags = this.#repositories.get(name)?.tags ?? listOf(this.options.generate?.(name) ?? []);
    const entry = { tags, manifests: this.#repositories.get(name)?.manifests ?? new Map<string, Manifest>() };
    this.#repositories.set(name, entry);
    return entry;
  }
}

function listOf(tags: TagSource): string[] {
  return Array.from({ length: tags.length }, (_, index) => tags.at(index) ?? '');
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** How many tags are not after `last`. */
export function firstAfter(tags: TagSource, last: string): number {
  let low = 0;
  let high = tags.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tags.at(middle) ?? '') <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}

function imageFor(tag: string, content?: string): Manifest {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const emptyConfig = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    size: 2,
  };
  const annotations = {
    'org.opencontainers.image.version': tag,
    ...(content === undefined ? {} : { 'org.opencontainers.image.description': content }),
  };
  const text = JSON.stringify({ schemaVersion: 2, mediaType, config: emptyConfig, layers: [], annotations });
  const body = Buffer.from(text);
  return { mediaType, body, digest: digestOf(body) };
}
