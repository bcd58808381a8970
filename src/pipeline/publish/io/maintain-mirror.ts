import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../../model/log.ts';
import { baseConfig, configEnvironment } from '../git-config.ts';
import type { GitProgram } from './git-program.ts';
import type { Mirror } from './mirror.ts';

export interface MaintenanceParts {
  readonly git: GitProgram;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Log;
}

const mostLooseObjects = 4000;
const mostPacks = 20;
const sampledFolder = '17';
const folders = 256;

/**
 * Packs what has piled up and drops what no ref needs, when there is enough of it. Nobody else is in the mirror then.
 *
 * It is git that is asked to do this, and not told to do it by itself: its own timing would be in the middle of a push.
 */
export async function maintainMirror(
  mirror: Mirror,
  { git, environment, log }: MaintenanceParts,
  signal: AbortSignal,
): Promise<void> {
  if (!(await isDue(mirror.directory))) return;
  const variables = { ...environment, GIT_DIR: mirror.directory, ...configEnvironment(baseConfig) };
  await mirror.gate.exclusive(async () => {
    mirror.rest();
    for (const args of [
      ['repack', '-a', '-d', '-q'],
      ['prune', '--expire=now'],
    ]) {
      const exit = await git.run({ args, environment: variables, directory: mirror.directory }, signal);
      if (exit.code !== 0)
        return log.error('the Git mirror could not be packed', { reason: exit.stderr.slice(0, 300) });
    }
    mirror.forgetUntracked();
  });
}

/** As git does it: one of the 256 folders stands for all. */
async function isDue(directory: string): Promise<boolean> {
  const loose = await readdir(join(directory, 'objects', sampledFolder)).catch(() => []);
  if (loose.length > mostLooseObjects / folders) return true;
  const packs = await readdir(join(directory, 'objects/pack')).catch(() => []);
  return packs.filter((name) => name.endsWith('.pack')).length > mostPacks;
}
