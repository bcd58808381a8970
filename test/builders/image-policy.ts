import type { ImagePolicy } from '../../src/api/image-policy.ts';
import { build, type Wanted } from './build.ts';

/** An ImagePolicy `apps/app` for the repository of the same name: the highest version, whichever it is. */
export function imagePolicy(wanted: Wanted<ImagePolicy['spec'], ImagePolicy['status']> = {}): ImagePolicy {
  const spec = {
    imageRepositoryRef: { name: wanted.name ?? 'app' },
    policy: { semver: { range: '>=0.0.0' } },
    ...wanted.spec,
  };
  return build('ImagePolicy', { spec }, wanted);
}
