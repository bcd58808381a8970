import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GitRepository } from '../../../test/fakes/git-server/git-repository.ts';
import { startGitServer } from '../../../test/fakes/git-server/git-server.ts';
import type { FakeRegistry } from '../../../test/fakes/registry/fake-registry.ts';
import { startRegistry } from '../../../test/fakes/registry/start-registry.ts';

/** A registry, a Git server and a folder of objects on this machine: everything that the loop needs. */
export interface DemoWorld {
  readonly folder: string;
  readonly objects: string;
  readonly secrets: string;
  readonly state: string;
  readonly registry: FakeRegistry;
  readonly registryHost: string;
  readonly gitUrl: string;
  readonly fleet: GitRepository;
  close(): Promise<void>;
}

/** The image that the example is about. */
export const demoImage = 'team/testservice';

/** What CI has left in the registry before the demo begins: what stands in Git. */
const firstTags = [
  'branch-dev-1715555000-a12b34c',
  'branch-staging-1715550000-c0ffee1',
  'release-1.3.9',
  'release-1.4.0',
];
const branches = ['dev', 'staging', 'main'];
const account = { username: 'tidemark', password: 'only-for-the-demo' };
const example = fileURLToPath(new URL('../../../examples/three-environments', import.meta.url));

/** Builds the world in a new temporary folder; `close` removes it unless it is to be kept. */
export async function openDemoWorld({ keep }: { readonly keep: boolean }): Promise<DemoWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
  const registryServer = await startRegistry();
  const { registry, host } = registryServer;
  const users = { [account.username]: { password: account.password } };
  const server = await startGitServer({ root: join(folder, 'git'), users });
  const gitUrl = server.urlOf('fleet.git');
  const fill = (text: string): string =>
    text
      .replaceAll('registry.example.com', host)
      .replaceAll('https://git.example.com/team/fleet.git', gitUrl);
  for (const tag of firstTags) registry.push(demoImage, tag);
  const [first = 'main', ...others] = branches;
  const fleet = server.createRepository('fleet.git', { branch: first, files: readTree('repository', fill) });
  for (const branch of others) fleet.git('branch', branch, first);
  writeTree(join(folder, 'objects'), readTree('objects', fill));
  writeTree(join(folder, 'secrets', 'flux-system', 'fleet-git'), account);
  return {
    folder,
    objects: join(folder, 'objects'),
    secrets: join(folder, 'secrets'),
    state: join(folder, 'state'),
    registry,
    registryHost: host,
    gitUrl,
    fleet,
    close: async () => {
      await Promise.all([registryServer.close(), server.close()]);
      if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function readTree(part: string, fill: (text: string) => string): Record<string, string> {
  const root = join(example, part);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(root.length + 1), fill(readFileSync(path, 'utf8'))];
    }),
  );
}

function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
}
