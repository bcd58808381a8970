import type { ScanResult } from '../../api/image-repository.ts';
import type { TagSummary } from './ports.ts';
import { latestTags } from './tag-order.ts';

/**
 * Whether stored tags are those of the scan that a status tells of. They are not when another process scanned last:
 * a leader that was, with a store of its own. To select from them could turn back what was selected since.
 */
export function isOfScan(
  stored: TagSummary & { readonly tags?: readonly string[] },
  scan: ScanResult | undefined,
): boolean {
  if (scan === undefined || stored.count !== scan.tagCount || stored.checksum !== scan.revision) return false;
  // The same checksum may stand for other tags.
  const { tags } = stored;
  return tags === undefined || latestTags(tags).join(' ') === (scan.latestTags ?? []).join(' ');
}
