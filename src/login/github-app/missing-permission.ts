import type { GithubApp } from './github-app.ts';

/** Why a push with a token of these permissions cannot work; undefined when they allow it, or nobody said which there are. */
export function missingPermission(
  { appId }: GithubApp,
  permissions: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (permissions === undefined || permissions['contents'] === 'write') return undefined;
  const has = permissions['contents'] ?? 'no access';
  return `the installation of GitHub App ${appId} has the permission Contents: ${has}, and a push needs Read and write; grant it under "Permissions & events" of the app's settings, and accept the change in the installation`;
}
