import type { ImageName } from '../../model/image-ref.ts';
import type { LoginSource } from '../../model/login.ts';
import type { Credential } from './docker-config.ts';
import type { Keychain } from './keychain.ts';

/** A credential that was looked for, and where. */
export interface FoundCredential {
  /** Undefined when there is none: the registry is asked anonymously. */
  readonly credential?: Credential;
  /** Where it comes from, or was looked for, for the person who reads a refusal. */
  readonly origin: string;
  /** Why there is none although there should be. */
  readonly problem?: string;
}

/** Finds the credential of one registry when that registry wants to see one, and not before. */
export interface LazyCredential {
  /** Names the source and its version: part of every cache key. */
  readonly identity: string;
  /** Never rejects but by `signal`. May be asked often: what was found is kept for a while. */
  find(signal: AbortSignal): Promise<FoundCredential>;
  /** The registry did not accept what was found: look again next time. */
  refuse(): void;
}

/** The credentials of whoever runs the program. */
export interface AmbientCredentials {
  for(image: ImageName): LazyCredential | undefined;
}

/** How to reach one registry for one object. */
export interface RegistryAccess {
  /** Docker-config entries; the client picks the one that matches the image, or goes anonymously. */
  readonly keychain: Keychain;
  /** Whoever gives the credential, in place of the keychain: asked when the registry is. */
  readonly login?: LoginSource;
  /** Used when the keychain has nothing for the image. */
  readonly ambient?: LazyCredential;
  /** Allow plain HTTP. HTTPS is still tried first. */
  readonly insecure: boolean;
  /** PEM texts. `ca` is added to the system's trust. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Proxy URL, with user information if it needs any. */
  readonly proxy?: string;
  /** Names the whole identity behind this access (secrets and their versions): part of every cache key. */
  readonly identity: string;
}

/** The registry as the scan and the digest lookup see it. */
export interface RegistryClient {
  /**
   * Every tag of the repository, in the registry's order, all pages read, each tag once. A list that breaks off is an error, never
   * a short list. Texts that cannot be tags are left out and logged. Throws `Registry*` errors (with `retryAfterMs` when the
   * registry asks for a pause), `RegistryTimeout` when `signal` was aborted by its time-out, `Aborted` when by anything else.
   * Identical calls in flight share one scan.
   */
  listTags(image: ImageName, access: RegistryAccess, signal: AbortSignal): Promise<readonly string[]>;
  /** The digest that `tag` points at now (`sha256:<64 hex>`; of an index, the index's own). */
  fetchDigest(image: ImageName, tag: string, access: RegistryAccess, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** The stored tag set of one ImageRepository: sorted descending by bytes. */
export interface TagSet {
  readonly tags: readonly string[];
  /** Flux's revision: decimal Adler-32 of the compact JSON array. Shown; nothing depends on it. */
  readonly checksum: string;
  /** Raised each time the content changes; a reader that knows an older one may ask for the difference. */
  readonly version: number;
}

export interface TagSummary {
  readonly count: number;
  readonly checksum: string;
}

export interface TagChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly version: number;
}

/** Where tag sets live between runs. One writer process at a time; a crash leaves the old set or the new one. */
export interface TagStore {
  read(key: string): TagSet | undefined;
  /** What has changed since a version that was read before, if that is still known: often it is, and then nothing has to be read. */
  changesSince(key: string, version: number): TagChange | undefined;
  /** The number of tags and their checksum, without reading them. */
  summary(key: string): TagSummary | undefined;
  /** Stores `tags` (sorted descending by bytes) and notes `now` as first seen for those that are new. */
  write(key: string, tags: readonly string[], checksum: string, now: Date): TagChange;
  /** When `tag` was first seen there, or undefined. Kept while the tag exists. */
  firstSeen(key: string, tag: string): Date | undefined;
  delete(key: string): void;
  close(): void;
}
