import type { GitRepository } from '../../src/api/git-repository.ts';
import { build, type Wanted } from './build.ts';

/** A GitRepository `apps/fleet` at `https://git.example.com/fleet.git`, branch `main`. */
export function gitRepository(
  wanted: Wanted<GitRepository['spec'], GitRepository['status']> = {},
): GitRepository {
  const spec = {
    url: 'https://git.example.com/fleet.git',
    interval: '5m',
    ref: { branch: 'main' },
    ...wanted.spec,
  };
  return build('GitRepository', { spec }, { name: 'fleet', ...wanted });
}
