import {
  startGitServer as startFake,
  type GitRequest,
  type Misbehaviour,
} from '../../fakes/git-server/git-server.ts';
import type { BasicCredentials } from './registry-writer.ts';
import type { Lifetime } from './workspace.ts';

/** `git http-backend` on loopback, in front of a folder of bare repositories. */
export interface RunningGitServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly folder: string;
  /** Calls back when the next push is about to be taken. */
  onNextPush(callback: () => void): void;
  /** How it misbehaves from now on; undefined is well again. */
  misbehave(how: ((request: GitRequest) => Misbehaviour | undefined) | undefined): void;
}

/** With credentials every request needs them, as Basic access. */
export async function startGitServer(
  t: Pick<Lifetime, 'after'>,
  folder: string,
  credentials?: BasicCredentials,
): Promise<RunningGitServer> {
  const users = credentials && { [credentials.username]: { password: credentials.password } };
  const server = await startFake({ root: folder, ...(users && { users }) });
  t.after(() => server.close());
  return {
    url: server.url,
    folder,
    misbehave: (how) => {
      server.intercept = how;
    },
    onNextPush: (callback) => {
      server.intercept = ({ method, service }) => {
        if (method !== 'POST' || service !== 'git-receive-pack') return undefined;
        server.intercept = undefined;
        callback();
        return undefined;
      };
    },
  };
}
