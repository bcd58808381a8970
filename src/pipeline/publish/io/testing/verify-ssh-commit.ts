import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeGitEnvironment } from '../../../../../test/fakes/git-server/git-environment.ts';
import type { GitRepository } from '../../../../../test/fakes/git-server/git-repository.ts';

/** What `git verify-commit` says of a commit when `publicKey` alone is trusted; throws when the signature is not good. */
export function verifySshCommit(
  repository: GitRepository,
  publicKey: string,
  { folder, commit = 'main' }: { readonly folder: string; readonly commit?: string },
): string {
  const allowed = join(folder, 'allowed_signers');
  writeFileSync(allowed, `bot@example.com namespaces="git" ${publicKey.trim()}\n`);
  const config = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${allowed}`];
  const { status, stderr } = spawnSync('git', ['-C', repository.path, ...config, 'verify-commit', commit], {
    env: fakeGitEnvironment(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`git verify-commit: ${stderr}`);
  return stderr.trim();
}
