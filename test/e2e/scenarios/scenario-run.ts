import { parseAllDocuments } from 'yaml';
import { createBareRepository, type BareRepository } from '../harness/bare-repository.ts';
import type { RegistryWriter } from '../harness/registry-writer.ts';
import type { AnObject, Home } from './home.ts';
import type { Scenario } from './scenario.ts';

/** The servers that scenarios talk to, by the placeholder that stands for each. */
export interface Peers {
  readonly registries: Readonly<
    Record<'REG' | 'REGAUTH' | 'REGTOKEN', RegistryWriter & { readonly host: string }>
  >;
  /** Base URLs, and the folder in which each server looks for repositories. */
  readonly gitServers: Readonly<Record<'GIT' | 'GITAUTH', { readonly url: string; readonly folder: string }>>;
}

/** A scenario with everything around it. */
export interface Run {
  readonly scenario: Scenario;
  readonly peers: Peers;
  readonly home: Home;
  readonly repositories: ReadonlyMap<string, BareRepository>;
  /** Filled as tags are pushed. */
  readonly digests: Map<string, string>;
}

/** Makes the repositories that the scenario starts from. */
export function prepareRun(scenario: Scenario, peers: Peers, home: Home): Run {
  return { scenario, peers, home, repositories: createRepositories(scenario, peers), digests: new Map() };
}

/** `text` with the placeholders replaced by what this run has for them. */
export function fill({ scenario, peers }: Pick<Run, 'scenario' | 'peers'>, text: string): string {
  let filled = text.replaceAll('{NS}', scenario.name);
  for (const [name, { host }] of Object.entries(peers.registries))
    filled = filled.replaceAll(`{${name}}`, host);
  for (const [name, { url }] of Object.entries(peers.gitServers))
    filled = filled.replaceAll(`{${name}}`, url);
  return filled;
}

export function namespacesOf({ name, namespaces }: Scenario): readonly AnObject[] {
  return [name, ...namespaces].map((namespace) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { team: namespace } },
  }));
}

export function parseObjects(yaml: string): readonly AnObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as AnObject);
}

export async function onEveryRegistry(
  { peers }: Run,
  act: (registry: RegistryWriter) => Promise<unknown>,
): Promise<void> {
  await Promise.all(Object.values(peers.registries).map(act));
}

export async function push(run: Run, repository: string, tag: string): Promise<void> {
  await onEveryRegistry(run, async (registry) => {
    run.digests.set(await registry.push(fill(run, repository), tag), tag);
  });
}

/** `fleet` on the server without access control, `fleet(auth)` on the other. */
function createRepositories(scenario: Scenario, peers: Peers): ReadonlyMap<string, BareRepository> {
  const repositories = new Map<string, BareRepository>();
  for (const [key, { branch, files }] of Object.entries(scenario.git)) {
    const filled = Object.fromEntries(
      Object.entries(files).map(([file, text]) => [file, fill({ scenario, peers }, text)]),
    );
    for (const [suffix, server] of [
      ['', peers.gitServers.GIT],
      ['(auth)', peers.gitServers.GITAUTH],
    ] as const) {
      const path = `${server.folder}/${scenario.name}-${key}.git`;
      repositories.set(`${key}${suffix}`, createBareRepository(path, [branch], filled));
    }
  }
  return repositories;
}
