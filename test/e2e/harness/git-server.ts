import { startGitServer as startFake } from '../../fakes/git-server/git-server.ts';
import type { BasicCredentials } from './registry-writer.ts';
import type { Lifetime } from './workspace.ts';

/** `git http-backend` on loopback, in front of a folder of bare repositories. */
export interface RunningGitServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly folder: string;
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
  return { url: server.url, folder };
}
