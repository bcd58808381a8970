import type { TestContext } from 'node:test';
import { startRegistry } from '../../fakes/registry/start-registry.ts';
import type { FakeRegistry } from '../../fakes/registry/fake-registry.ts';
import { createBareRepository, type BareRepository } from './bare-repository.ts';
import { canaries, type Leak } from './canaries.ts';
import { startGitServer, type RunningGitServer } from './git-server.ts';
import { serviceObjects } from './service-objects.ts';
import { tidemarkIn, type Tidemark } from './tidemark.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

/** One image, one policy, one automation that commits to `main`, scanned every second: the smallest world that moves. */
export interface OneService {
  readonly workspace: Workspace;
  readonly registry: FakeRegistry;
  readonly fleet: BareRepository;
  readonly server: RunningGitServer;
  /** The remote's address, with credentials, for writers of the test. */
  readonly remote: string;
  readonly tidemark: Tidemark;
  readonly where: readonly string[];
  /** Tags `1.0.<n>`, each higher than the one before. Returns the tag. */
  pushNext(): string;
  /** The number in the tag that stands in the file at `commit`. */
  numberAt(commit: string): number;
  /** Every place where the password has turned up that has no right to it. */
  leaks(): readonly Leak[];
}

const account = { username: 'git', password: 'CANARY-git-pw' };
export const serviceFile = 'app.yaml';

export function serviceYaml(image: string, tag: string): string {
  return `# Lines of other people:
a: 0
b: 0

spec:
  image: ${image}:${tag} # {"$imagepolicy": "apps:web"}
`;
}

export async function startOneService(t: TestContext): Promise<OneService> {
  const workspace = createWorkspace(t);
  const { registry, host, close } = await startRegistry();
  t.after(close);
  const server = await startGitServer(t, workspace.makeFolder('git'), account);
  const image = `${host}/web`;
  const fleet = createBareRepository(`${server.folder}/fleet.git`, ['main'], {
    [serviceFile]: serviceYaml(image, '1.0.0'),
  });
  registry.push('web', '1.0.0');
  workspace.write('objects/web.yaml', objectsFor(image, `${server.url}/fleet.git`));
  const tidemark = tidemarkIn(workspace, { detached: true });
  const planted = canaries([account.password]);
  let next = 0;
  return {
    workspace,
    registry,
    fleet,
    server,
    remote: `${server.url.replace('://', `://${account.username}:${account.password}@`)}/fleet.git`,
    tidemark,
    where: ['-f', workspace.path('objects'), '--state', workspace.path('state')],
    pushNext: () => {
      next += 1;
      registry.push('web', `1.0.${next}`);
      return `1.0.${next}`;
    },
    numberAt: (commit) => {
      const text = fleet.bytes(commit, serviceFile).toString();
      return Number(/image: \S+:1\.0\.(\d+) #/.exec(text)?.[1]);
    },
    leaks: () => [
      ...planted.searchBytes('output', tidemark.transcript()),
      ...['state', 'tmp', 'home', 'git'].flatMap((folder) => planted.searchFolder(workspace.path(folder))),
    ],
  };
}

function objectsFor(image: string, url: string): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: git, namespace: apps}
stringData: {username: ${account.username}, password: ${account.password}}
---
${serviceObjects({ image, url, source: '  secretRef: {name: git}\n' })}`;
}
