import type { ImagePolicy } from '../../api/image-policy.ts';
import { effectiveExclusions } from '../../pipeline/scan/exclusions.ts';
import type { TagStore } from '../../pipeline/scan/ports.ts';
import { compileRule } from '../../pipeline/select/compile-rule.ts';
import type { Selection } from '../../pipeline/select/select.ts';
import { select } from '../../pipeline/select/select.ts';
import type { ObjectStore } from '../../store/store.ts';
import { tagSetKey } from '../tag-set-key.ts';
import { gatherRepository } from './gather.ts';

/** The selection of a policy over tags that a scan has brought, with its explanation. Throws what a run would. */
export async function inspectPolicy(
  policy: ImagePolicy,
  deps: {
    readonly store: ObjectStore;
    readonly tags: Pick<TagStore, 'read'>;
    readonly crossNamespaceAllowed: boolean;
    /** A tag that an exclusion may have kept out of the stored ones: judged as if it had been listed. */
    readonly tag?: string | undefined;
  },
): Promise<Selection> {
  const { repository, image } = await gatherRepository(policy, deps);
  const exclude = effectiveExclusions(repository.spec.exclusionList);
  const stored = deps.tags.read(tagSetKey(repository.metadata, image))?.tags ?? [];
  const rule = compileRule({ ...policy.spec, exclude });
  const { tag } = deps;
  const excluded = tag !== undefined && !stored.includes(tag) && select(rule, [tag]).counts.excluded === 1;
  return select(rule, excluded ? [...stored, tag] : stored, { keep: policy.status?.latestRef?.tag });
}
