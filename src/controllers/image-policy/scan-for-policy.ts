import type { ImagePolicy } from '../../api/image-policy.ts';
import { parseMilliseconds } from '../../go/duration.ts';
import { compileExclusions, withoutExcluded } from '../../pipeline/scan/exclusions.ts';
import type { RegistryClient, TagStore } from '../../pipeline/scan/ports.ts';
import { tagsChecksum } from '../../pipeline/scan/tags-checksum.ts';
import { sortTags } from '../../pipeline/scan/tag-order.ts';
import type { AccessSources } from '../registry-access.ts';
import { registryAccess } from '../registry-access.ts';
import { withDeadline } from '../with-deadline.ts';
import { gatherRepository } from './gather.ts';

export interface ScanDeps extends AccessSources {
  readonly registry: RegistryClient;
  readonly crossNamespaceAllowed: boolean;
}

/** The tags that a scan for this policy's ImageRepository would keep now, for whoever does not have those of the last scan. Stores nothing. */
export async function scanForPolicy(
  policy: ImagePolicy,
  deps: ScanDeps,
  signal: AbortSignal,
): Promise<Pick<TagStore, 'read'>> {
  const { repository, image } = await gatherRepository(policy, deps);
  const { exclusionList, interval, timeout } = repository.spec;
  const access = await registryAccess(repository, deps);
  const timeoutMs = parseMilliseconds(timeout ?? interval);
  const listed = await withDeadline({ signal, timeoutMs }, (until) =>
    deps.registry.listTags(image, access, until),
  );
  const tags = sortTags(withoutExcluded(listed, compileExclusions(exclusionList)));
  return { read: () => ({ tags, checksum: tagsChecksum(tags), version: 1 }) };
}
