import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { messageOf } from '../model/errors.ts';
import { checkGitVersion } from '../pipeline/publish/git-version.ts';

export type GitOnThisMachine =
  | { readonly isGood: true; readonly version: string }
  | { readonly isGood: false; readonly problem: string };

/** Which git stands on this machine, and whether it is one that Tidemark can work with. */
export async function gitOnThisMachine(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GitOnThisMachine> {
  try {
    const said = (await versionText(environment)).trim();
    checkGitVersion(said);
    return { isGood: true, version: said.replace(/^git version /, '') };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return {
      isGood: false,
      problem: isMissing ? 'git is not installed, or not in PATH' : messageOf(error),
    };
  }
}

async function versionText(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const child = spawn('git', ['version'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: environment['PATH'] },
  });
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
  return Promise.race([text(child.stdout), failed]);
}
