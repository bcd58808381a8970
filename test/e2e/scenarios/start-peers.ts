import type { FakeRegistryOptions } from '../../fakes/registry/fake-registry.ts';
import { startRegistry } from '../../fakes/registry/start-registry.ts';
import { startGitServer } from '../harness/git-server.ts';
import type { RegistryWriter } from '../harness/registry-writer.ts';
import type { Lifetime, Workspace } from '../harness/workspace.ts';
import type { Peers } from './scenario-run.ts';

type Ending = Pick<Lifetime, 'after'>;

const registryAccount = { username: 'puller', password: 'CANARY-reg-pw' };
const gitAccount = { username: 'git', password: 'CANARY-git-pw' };

/** What the scenarios were observed with: registries that are open, with Basic access, and with tokens and pages of 3; Git servers open and with Basic access. */
export async function startPeers(t: Ending, workspace: Workspace): Promise<Peers> {
  const registry = (options: FakeRegistryOptions): ReturnType<typeof startWritable> =>
    startWritable(t, options);
  return {
    registries: {
      REG: await registry({}),
      REGAUTH: await registry({ access: { kind: 'basic', ...registryAccount } }),
      REGTOKEN: await registry({ access: { kind: 'token', ...registryAccount }, pageSize: 3 }),
    },
    gitServers: {
      GIT: await startGitServer(t, workspace.makeFolder('git-open')),
      GITAUTH: await startGitServer(t, workspace.makeFolder('git-auth'), gitAccount),
    },
  };
}

/** A fake registry whose tags are changed from inside, past its access control. */
async function startWritable(
  t: Ending,
  options: FakeRegistryOptions,
): Promise<RegistryWriter & { readonly host: string }> {
  const running = await startRegistry(options);
  t.after(() => running.close());
  return {
    host: running.host,
    push: (repository, tag) => Promise.resolve(running.registry.push(repository, tag)),
    untag: async (repository, tag) => {
      running.registry.untag(repository, tag);
      await Promise.resolve();
    },
  };
}
