/** The App that a fake GitHub knows, and what is wrong with it where a test wants that. */
export interface AppAccount {
  readonly appId: number;
  readonly installationId: number;
  /** The organization that has installed it. */
  readonly owner: string;
  /** What the installation may do with contents. */
  contents: 'write' | 'read' | 'none';
  /** Since when the installation is suspended. */
  suspendedAt: string | undefined;
  /** How long new tokens are good for. */
  tokenLifetimeMs: number;
}

/** A token of the installation, as it was given out. */
export interface IssuedToken {
  readonly token: string;
  readonly contents: AppAccount['contents'];
  readonly endsMs: number;
}
