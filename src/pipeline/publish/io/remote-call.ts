import type { Log } from '../../../model/log.ts';
import { baseConfig, configEnvironment } from '../git-config.ts';
import type { ConfigEntry, RemoteAccess } from '../remote-access.ts';
import type { SshAlgorithms } from '../ssh-config.ts';
import type { GitCall, GitProgram } from './git-program.ts';

/** What every remote needs of the machine. */
export interface RemoteParts {
  readonly git: GitProgram;
  /** The environment of every git process, without configuration. */
  readonly environment: Readonly<Record<string, string>>;
  /** An empty private folder: where git runs when it needs no repository, and where files lie that must not stay. */
  readonly home: string;
  /** What ssh may agree on with a server. */
  readonly ssh?: SshAlgorithms | undefined;
  /** Whom git trusts. */
  readonly trust: GitTrust;
  readonly log: Log;
}

export interface GitTrust {
  /** Certificates in PEM. */
  authorities(): readonly string[];
  /** Makes git trust more than the machine does; empty when it need not. */
  readonly config: readonly ConfigEntry[];
}

/** One command that talks to a remote. */
export interface RemoteCall {
  readonly args: readonly string[];
  /** The repository to work in; without one git needs none. */
  readonly mirror?: string;
  readonly config?: readonly ConfigEntry[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The command with its environment: the credentials stand there, and nowhere else. */
export function gitCallFor(access: RemoteAccess, parts: RemoteParts, call: RemoteCall): GitCall {
  const { args, mirror, config = [], environment = {} } = call;
  // A process that outlives us (kill -9) gives up by itself.
  const patience: ConfigEntry = [
    'http.lowSpeedTime',
    String(Math.max(1, Math.ceil(access.timeoutMs / 1000))),
  ];
  return {
    args,
    directory: mirror ?? parts.home,
    environment: {
      ...parts.environment,
      ...environment,
      ...(mirror === undefined ? {} : { GIT_DIR: mirror }),
      ...configEnvironment([...baseConfig, patience, ...parts.trust.config, ...access.config, ...config]),
    },
  };
}
