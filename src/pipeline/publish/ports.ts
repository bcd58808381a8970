/** How to reach one Git remote. Credentials reach git through its environment, never through argv or the URL. */
export interface GitRemote {
  /** `https://`, `http://` or `file://`, without user information. */
  readonly url: string;
  readonly credentials?:
    | { readonly type: 'basic'; readonly username: string; readonly password: string }
    | { readonly type: 'bearer'; readonly token: string };
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly proxy?: string;
  readonly timeoutMs: number;
}

/** Which commit to read. Precedence: commit, name, tag, semver, branch. */
export interface CheckoutRef {
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly semver?: string | undefined;
  readonly name?: string | undefined;
  readonly commit?: string | undefined;
}

export interface PushTarget {
  readonly branch: string;
  /** The push branch is another one than the checkout's: it may be created, continued, and forced. */
  readonly switched: boolean;
  readonly refspec?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** A file of the tree that passed the screens. Paths are repository-relative, `/`-separated; names that are not UTF-8 are kept as latin1 in `rawPath`. */
export interface TreeFile {
  readonly path: string;
  readonly rawPath: Buffer;
  /** Git mode: `100644`, `100755` or `120000`. */
  readonly mode: string;
  /** Blob id: same id, same bytes. */
  readonly blob: string;
  readonly bytes: Buffer;
}

/** What a commit is drafted from. */
export interface TreeView {
  /** The commit that the new one will stand on. */
  readonly base: string;
  /** `<branch-or-tag>@sha1:<hash>` of the checkout ref. */
  readonly revision: string;
  /** Files below the path that passed both screens, by path. Links to files outside the path are resolved by the adapter when they stay inside the repository. */
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
  readonly sign?: (commit: Buffer) => Promise<string>;
}

export interface PublishRequest {
  readonly remote: GitRemote;
  readonly checkout: CheckoutRef;
  readonly push: PushTarget;
  /** `update.path`, relative to the root of the repository; `.` is all of it. */
  readonly path: string;
  /** Cheap tests of a file by name and by content; only files that pass both are handed on. */
  readonly screen: { readonly path: (path: string) => boolean; readonly needle: Buffer };
  /** If the checkout ref is still at this revision, do nothing and say `unchanged`. */
  readonly unchangedSince?: string;
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
  /** The tree was read and the draft was empty. */
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
 * Throws `Git*` errors whose messages carry no credential.
 */
export interface Publisher {
  publish(request: PublishRequest, signal: AbortSignal): Promise<PublishResult>;
  close(): Promise<void>;
}
