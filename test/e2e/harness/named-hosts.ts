import { startGithub, type FakeGithub } from '../../fakes/github/fake-github.ts';
import { startHttpProxy } from '../../fakes/proxy/http-proxy.ts';
import type { Proxy } from '../../fakes/proxy/proxy.ts';
import { createBareRepository, type BareRepository } from './bare-repository.ts';
import { canaries, type Canaries } from './canaries.ts';
import { namedRepository } from './named-objects.ts';
import { registryNames, startNamedRegistry, type NamedRegistry } from './named-registry.ts';
import { createAuthority } from './test-authority.ts';
import type { Lifetime, Workspace } from './workspace.ts';

/** The hosts of a company on AWS and GitHub, by their own names, behind the only way that leads to them. */
export interface NamedHosts {
  readonly github: FakeGithub;
  readonly registry: NamedRegistry;
  readonly fleet: BareRepository;
  readonly proxy: Proxy;
  readonly proxyUser: { readonly name: string; readonly password: string };
  /** Holds the authority that all of them are certified by. */
  readonly authorityFile: string;
  /** The App's key, as GitHub has handed it out. */
  readonly keyFile: string;
  /** Every secret that there is by now. */
  planted(): Canaries;
  /** Those that no git process has a use for. */
  plantedBeyondGit(): Canaries;
  /** Those that only git processes that talk to the remote have a use for. */
  plantedForRemote(): Canaries;
}

export const owner = 'acme';
const githubNames = ['github.com', 'api.github.com'];

/** Starts GitHub and the registry on loopback, and a proxy that leads their names there and nowhere else. */
export async function startNamedHosts(t: Lifetime, workspace: Workspace, moto?: string): Promise<NamedHosts> {
  const proxyUser = { name: 'egress', password: 'CANARY-proxy-pw' };
  const authority = createAuthority(workspace);
  const certificate = authority.issue(...githubNames, ...registryNames);
  const github = await startGithub({ root: workspace.makeFolder('github'), tls: certificate });
  t.after(() => github.close());
  const registry = await startNamedRegistry(t, workspace, { certificate, moto });
  const fleet = createBareRepository(
    workspace.path('github', owner, 'fleet.git'),
    ['dev', 'staging', 'main'],
    namedRepository(),
  );
  const place = (url: string): string => new URL(url).host;
  const proxy = await startHttpProxy({
    user: proxyUser,
    hosts: {
      'api.github.com:443': place(github.apiUrl),
      'github.com:443': place(github.git.url),
      ...registry.places,
      ...registry.rolePlaces,
    },
    onlyHosts: true,
  });
  t.after(() => proxy.close());
  const [, ...lines] = github.privateKey.trim().split('\n').slice(0, -1);
  const keyLines = lines.filter((_, index) => index % 8 === 3);
  const appTokens = (): readonly string[] =>
    github.api.shown.flatMap((header) => header.split('.').slice(-1));
  const tokens = (): readonly string[] => github.api.issued.map(({ token }) => token);
  const beyondGit = (): readonly string[] => [...keyLines, ...registry.secrets(), ...appTokens()];
  return {
    github,
    registry,
    fleet,
    proxy,
    proxyUser,
    authorityFile: workspace.path('authority', 'ca.crt'),
    keyFile: workspace.write('outside/key.pem', github.privateKey),
    planted: () => canaries([proxyUser.password, ...beyondGit(), ...tokens()]),
    plantedBeyondGit: () => canaries(beyondGit()),
    plantedForRemote: () => canaries([proxyUser.password, ...tokens()]),
  };
}
