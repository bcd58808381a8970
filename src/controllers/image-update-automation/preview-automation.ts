import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { TemplateSources } from '../../go/template/go-value.ts';
import type { Publisher, PublishResult, TreeView } from '../../pipeline/publish/ports.ts';
import { readMarkers } from '../../pipeline/update/read-markers.ts';
import type { Drafted, ReadingCache } from './draft-commit.ts';
import type { GatherDeps } from './gather.ts';
import { gatherPolicies, gatherSource } from './gather.ts';
import { publishAutomation } from './publish-automation.ts';

/** A place in Git where a policy's value stands. */
export interface MarkerUse {
  readonly file: string;
  readonly line: number;
  /** `namespace:name` */
  readonly policy: string;
  readonly part: string;
  readonly value: string;
}

/** What an automation would do now. */
export interface Preview {
  readonly automation: ImageUpdateAutomation;
  readonly branch: string;
  readonly result: PublishResult;
  readonly drafted: Drafted | undefined;
  readonly uses: readonly MarkerUse[];
}

export interface PreviewDeps extends Omit<GatherDeps, 'signing'> {
  readonly publisher: Publisher;
  readonly readings: ReadingCache;
  readonly sources: TemplateSources;
  readonly now: Date;
}

/** Drafts the commit of an automation as it would be made now, and pushes nothing. Throws what a run would, but for a signing key: it is not needed here. */
export async function previewAutomation(
  automation: ImageUpdateAutomation,
  deps: PreviewDeps,
  signal: AbortSignal,
): Promise<Preview> {
  const policies = await gatherPolicies(automation, deps.store);
  const source = await gatherSource(automation, { ...deps, signing: undefined }, signal);
  let uses: readonly MarkerUse[] = [];
  const { result, drafted } = await publishAutomation(
    { ...deps, dryRun: true, inspect: (tree) => (uses = usesIn(tree)) },
    { automation, policies, source, now: deps.now, unchangedSince: undefined },
    signal,
  );
  return { automation, branch: source.route.push.branch, result, drafted, uses };
}

function usesIn({ files }: TreeView): readonly MarkerUse[] {
  return files.flatMap(({ path, bytes }) =>
    readMarkers(bytes).markers.map(({ namespace, name, part, line, value }) => ({
      file: path,
      line,
      policy: `${namespace}:${name}`,
      part,
      value,
    })),
  );
}
