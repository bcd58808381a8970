import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { TemplateSources } from '../../go/template/go-value.ts';
import { isTidemarkError } from '../../model/errors.ts';
import type { ImageRef } from '../../model/image-ref.ts';
import { checkImageRef } from '../../model/image-ref.ts';
import type { Publisher, PublishRequest, PublishResult, TreeView } from '../../pipeline/publish/ports.ts';
import { isUpdateCandidate, markerNeedle } from '../../pipeline/update/screen.ts';
import type { Drafted, ReadingCache } from './draft-commit.ts';
import { draftCommit } from './draft-commit.ts';
import { wrapPublishError } from './errors.ts';
import { publishWithLogin } from './publish-with-login.ts';
import type { Policies, Source } from './gather.ts';

export interface PublishDeps {
  readonly publisher: Publisher;
  readonly readings: ReadingCache;
  readonly sources: TemplateSources;
  /** All but the push. */
  readonly dryRun: boolean;
  /** Sees each tree that a commit is drafted from. */
  readonly inspect?: (tree: TreeView) => void;
}

export interface PublishInput {
  readonly automation: ImageUpdateAutomation;
  readonly policies: Policies;
  readonly source: Source;
  readonly now: Date;
  readonly unchangedSince: string | undefined;
}

export interface Published {
  readonly result: PublishResult;
  /** Absent when the remote was where it was, so that nothing was read. */
  readonly drafted: Drafted | undefined;
}

/** Brings the repository to what the policies select: one commit, pushed unless `dryRun`. Errors carry Flux's words. */
export async function publishAutomation(
  deps: PublishDeps,
  { automation, policies, source, now, unchangedSince }: PublishInput,
  signal: AbortSignal,
): Promise<Published> {
  const refs = soundRefs(automation.metadata.namespace, policies);
  let drafted: Drafted | undefined;
  let checkedOut = false;
  try {
    const request: Omit<PublishRequest, 'remote'> = {
      ...source.route,
      path: automation.spec.update.path ?? '.',
      screen: { path: isUpdateCandidate, needle: markerNeedle },
      dryRun: deps.dryRun,
      ...(source.trusted === undefined ? {} : { trusted: source.trusted }),
      ...(unchangedSince === undefined ? {} : { unchangedSince }),
      draft: (tree) => {
        checkedOut = true;
        deps.inspect?.(tree);
        drafted = draftCommit(tree, {
          automation,
          policies,
          refs,
          now,
          readings: deps.readings,
          sources: deps.sources,
          sign: source.sign,
        });
        return drafted.draft;
      },
    };
    const result = await publishWithLogin(deps.publisher, { source, request }, signal);
    return { result, drafted };
  } catch (error) {
    throw wrapPublishError(error, { checkedOut });
  }
}

/** The selections that can be written; one that cannot be does not stop the others. */
function soundRefs(namespace: string, { considered }: Policies): ReadonlyMap<string, ImageRef> {
  const refs = new Map<string, ImageRef>();
  for (const [policy, { name, tag, digest }] of considered) {
    const ref = { name, tag, ...(digest === undefined || digest === '' ? {} : { digest }) };
    try {
      checkImageRef(ref);
      refs.set(`${namespace}:${policy}`, ref);
    } catch (error) {
      if (!isTidemarkError(error)) throw error;
    }
  }
  return refs;
}
