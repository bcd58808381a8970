import type { ObjectKey } from '../../model/object-key.ts';

/** How to reach one Git remote. Credentials reach git through its environment, never through argv or the URL. */
export interface GitRemote {
  /** `https://`, `http://`, `ssh://` or `file://`. User information in it is moved to `credentials` before anything else happens. */
  readonly url: string;
  readonly credentials?:
    | { readonly type: 'basic'; readonly username: string; readonly password: string }
    | { readonly type: 'bearer'; readonly token: string }
    | SshCredentials;
  /**
   * Names whose access this is (the Secret's namespace and name), so that a mirror outlives a rotated token and is
   * never shared with anybody else. Without it the credentials themselves tell one from the other.
   */
  readonly identity?: string;
  /** PEM texts. `ca` is added to the system's trust. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Proxy URL (http, https, socks5), with user information if it needs any. Without it the proxies of the environment count. */
  readonly proxy?: string;
  /** Applies once to listing and fetching, and again to pushing. */
  readonly timeoutMs: number;
}

/** For `ssh://` alone, and needed there. The private key and its passphrase never leave this process. */
export interface SshCredentials {
  readonly type: 'ssh';
  /** Without it the user of the URL, and without that `git`. */
  readonly username?: string;
  /** The text of the private key. */
  readonly identity: string;
  readonly passphrase?: string;
  /** The text of a known_hosts file: the only hosts that are trusted. */
  readonly knownHosts: string;
}

/** Which commit to read. Precedence: commit, name, tag, semver, branch; none of them means the branch `master`. */
export interface CheckoutRef {
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly semver?: string | undefined;
  readonly name?: string | undefined;
  readonly commit?: string | undefined;
}

export interface PushTarget {
  readonly branch: string;
  /** The push branch is another one than the checkout's: it is created from the checkout, or continued where it is. */
  readonly switched: boolean;
  /** Pushed after the branch, alone: `<source>:<destination>`. */
  readonly refspec?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** A file of the tree that passed the screens. */
export interface TreeFile {
  /** Repository-relative, `/`-separated. A name that is not UTF-8 is shown as latin1. */
  readonly path: string;
  /** The bytes of the path: what identifies the file. */
  readonly rawPath: Buffer;
  /** Git mode: `100644`, `100755`, or `120000` for a link, whose `bytes` are those of the file that it leads to. */
  readonly mode: string;
  /** Blob id of the bytes: same id, same bytes. */
  readonly blob: string;
  readonly bytes: Buffer;
  /** For a link: the path of the file that it leads to, and that a write through it changes. */
  readonly target?: Buffer;
}

/** What a commit is drafted from. */
export interface TreeView {
  /** The commit that the new one will stand on. */
  readonly base: string;
  /** `<branch-or-tag>@sha1:<hash>` of the checkout ref. */
  readonly revision: string;
  /** The folder that was walked, repository-relative, links resolved; empty for the whole repository. Of a single file: its folder. */
  readonly root: string;
  /** Files below the path that passed both screens, by path. Links to files anywhere inside the repository are resolved. */
  readonly files: readonly TreeFile[];
  /** Files below the path that could not be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

export interface CommitDraft {
  readonly files: readonly { readonly file: TreeFile; readonly bytes: Buffer }[];
  readonly author: { readonly name: string; readonly email: string };
  readonly time: Date;
  /** The message, byte for byte. */
  readonly message: string;
  /** Returns the armored signature of the commit object's bytes, for the `gpgsig` header. */
  readonly sign?: SignCommit;
}

/** Signs the bytes of a commit object, armored. Throws `GitFailed` when the key has become unusable meanwhile. */
export type SignCommit = (commit: Buffer) => Promise<string>;

/** A signing key as a Secret holds it. */
export interface SigningMaterial {
  readonly type: 'gpg' | 'ssh';
  /** The Secret that it comes from: for messages, and to let go of an old key when it holds a new one. */
  readonly secret: ObjectKey;
  /** Armored; for `ssh` any form of PEM. */
  readonly key: Buffer;
  readonly passphrase?: Buffer;
}

/** Makes signers of keys. */
export interface SigningKeys {
  /**
   * Reads and unlocks a key. Throws `CredentialsInvalid`, which says what is wrong with the key and holds nothing of it.
   * Unlocking is slow on purpose, so it is done once for each content of a Secret; whether the key has expired is looked at each time.
   */
  open(material: SigningMaterial): Promise<SignCommit>;
}

/** Public keys: SSH lines under names that end in `.sshpub`, armored OpenPGP keys under all others. */
export interface TrustedKeys {
  /** The Secret that they come from, for messages. */
  readonly secret: string;
  readonly keys: readonly { readonly name: string; readonly text: string }[];
}

export interface PublishRequest {
  readonly remote: GitRemote;
  readonly checkout: CheckoutRef;
  readonly push: PushTarget;
  /** `update.path`, relative to the root of the repository; `.` is all of it. */
  readonly path: string;
  /**
   * Cheap tests of a file by name and by content; only files that pass both are handed on.
   * Their answers are remembered per tree, so `path` must be pure, and the same function object from one request to the next.
   */
  readonly screen: { readonly path: (path: string) => boolean; readonly needle: Buffer };
  /** If the checkout ref is still at this revision, do nothing and say `unchanged`. */
  readonly unchangedSince?: string;
  /**
   * Who may have signed the commit that is checked out; it is not asked without it. A push branch that exists already is continued,
   * and then nothing of the checkout is read and nothing verified.
   */
  readonly trusted?: TrustedKeys;
  /** All but the push: for `diff` and `--dry-run`. */
  readonly dryRun?: boolean;
  /**
   * Drafts the commit from the newest tree, or returns undefined when there is nothing to change.
   * Called again with the new tree after a lost race: edits are applied anew, texts are never merged.
   */
  readonly draft: (tree: TreeView) => Promise<CommitDraft | undefined> | CommitDraft | undefined;
}

export type PublishResult =
  /** Nothing was read: the remote is where `unchangedSince` says. */
  | { readonly outcome: 'unchanged'; readonly revision: string }
  /** The tree was read and the draft was empty, or changed no byte. */
  | { readonly outcome: 'nothing'; readonly revision: string; readonly unreadable: TreeView['unreadable'] }
  | {
      readonly outcome: 'pushed' | 'would-push';
      /** Of the checkout ref, as it was read. */
      readonly revision: string;
      readonly base: string;
      readonly commit: string;
      readonly branch: string;
      readonly draft: CommitDraft;
      readonly unreadable: TreeView['unreadable'];
    };

/**
 * Writes commits to remotes without a work tree.
 *
 * One writer per remote and branch: requests that wait for the same branch share one fetch and one push, each with a commit of its own.
 * Throws `Git*` errors (`GitUnverified` for a checkout that nobody trusted has signed) whose messages carry no credential, `UpdatePathInvalid`, `DiskFull` and `Aborted`; what `draft` throws is passed on.
 * After `Aborted` and `GitTimeout` the commit may or may not have reached the remote: the next request finds out by reading.
 */
export interface Publisher {
  publish(request: PublishRequest, signal: AbortSignal): Promise<PublishResult>;
  close(): Promise<void>;
}

/** What a remote says of itself to whoever looks. */
export interface RemoteListing {
  /** Full names of the refs, `HEAD` left out. */
  readonly names: readonly string[];
  /** Fails as a run would when it finds nothing at `checkout`. */
  readonly resolve: (checkout: CheckoutRef) => { readonly revision: string };
}

/** Looks at remotes as a run does, and leaves nothing there. Throws `Git*` errors, whose messages carry no credential, and `Aborted`. */
export interface RemoteProber {
  listRemote(remote: GitRemote, signal: AbortSignal): Promise<RemoteListing>;
  /** Goes as far with a push as one can without pushing: the server has let us in to write. */
  rehearsePush(remote: GitRemote, signal: AbortSignal): Promise<void>;
}
