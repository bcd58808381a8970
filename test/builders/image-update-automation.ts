import type { ImageUpdateAutomation } from '../../src/api/image-update-automation.ts';
import { build, type Wanted } from './build.ts';

/** An ImageUpdateAutomation `apps/app` that updates the GitRepository `fleet` on its own branch every 5 minutes. */
export function imageUpdateAutomation(
  wanted: Wanted<ImageUpdateAutomation['spec'], ImageUpdateAutomation['status']> = {},
): ImageUpdateAutomation {
  const spec = {
    interval: '5m',
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    git: { commit: { author: { name: 'Bot', email: 'bot@example.com' } } },
    ...wanted.spec,
  };
  return build('ImageUpdateAutomation', { spec }, wanted);
}
