import assert from 'node:assert/strict';
import type { GitGuard } from './git-guard.ts';
import type { NamedHosts } from './named-hosts.ts';
import type { Workspace } from './workspace.ts';

/** Git commands that talk to a remote; the others have no use for its credentials. */
const remoteCommands = /\b(?:ls-remote|fetch|push|remote-https?|send-pack|fetch-pack)\b/;

/** No secret is where it has no right to be: in what was said, in files, in arguments, in the environment of git. */
export function assertNoSecretLeaked(
  hosts: NamedHosts,
  {
    workspace,
    guard,
    said,
  }: { readonly workspace: Workspace; readonly guard: GitGuard; readonly said: string },
): void {
  const holders = /\/(?:secrets|guard|outside|authority|registry-\d+)\//;
  const planted = hosts.planted();
  const [beyond, remote] = [hosts.plantedBeyondGit(), hosts.plantedForRemote()];
  const processes = guard.processes();
  assert.ok(processes.length > 0, 'git was called through the guard');
  assert.ok(
    processes.some((text) => remote.searchBytes('', text).length > 0),
    'the search finds what git is given by right',
  );
  const leaks = [
    ...planted.searchBytes('output', said),
    ...planted.searchBytes('log of the registry', hosts.registry.log()),
    ...planted.searchFolder(workspace.root, (path) => holders.test(path)),
    ...guard.leaks(),
    ...processes.flatMap((text) => {
      const [command = ''] = text.split('\n');
      return [
        ...planted.searchBytes('arguments of git', command),
        ...beyond.searchBytes(`environment of ${command}`, text),
        ...(remoteCommands.test(command) ? [] : remote.searchBytes(`environment of ${command}`, text)),
      ];
    }),
  ];
  assert.deepEqual(leaks, []);
}
