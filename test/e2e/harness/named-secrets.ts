import assert from 'node:assert/strict';
import { owner, type NamedHosts } from './named-hosts.ts';
import type { Tidemark } from './tidemark.ts';
import type { Workspace } from './workspace.ts';

/** Makes the Secrets of the named hosts as a person does; `where` says in which home. */
export async function createNamedSecrets(
  hosts: NamedHosts,
  { tidemark, workspace }: { readonly tidemark: Tidemark; readonly workspace: Workspace },
  where: readonly string[],
): Promise<void> {
  const { authorityFile: file, keyFile, proxy, proxyUser, github } = hosts;
  const create = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await tidemark.run('create', 'secret', ...args, ...where);
    assert.equal(code, 0, stderr);
  };
  const app = [`--app-id=${github.account.appId}`, `--app-installation-owner=${owner}`];
  const authorityFile = `--ca-crt-file=${file}`;
  await create('githubapp', 'flux-system-write', ...app, `--app-private-key=${keyFile}`, authorityFile);
  await create('tls', 'test-ca', authorityFile);
  const password = workspace.write('outside/proxy-password', proxyUser.password);
  const account = [`--username=${proxyUser.name}`, `--password-file=${password}`];
  await create('proxy', 'egress', `--address=${proxy.url}`, ...account);
}

/** All the named hosts were asked, and nothing else. */
export function assertNothingElseAsked({ proxy, registry }: NamedHosts, more: readonly string[] = []): void {
  const named = ['github.com:443', 'api.github.com:443', ...Object.keys(registry.places), ...more];
  assert.deepEqual([...new Set(proxy.asked)].toSorted(), [...new Set(named)].toSorted());
  assert.equal(proxy.turnedAway, 0);
}
