import { markerCountAnnotation } from '../../api/annotations.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { StatusOf } from '../../api/kinds.ts';
import { parseMilliseconds } from '../../go/duration.ts';
import type { TemplateSources } from '../../go/template/go-value.ts';
import type { Publisher, PublishResult, SigningKeys } from '../../pipeline/publish/ports.ts';
import { formatTime, isReady } from '../../reconcile/conditions.ts';
import type { Controller, Done, Run } from '../../reconcile/controller.ts';
import { targetOf } from '../../reconcile/controller.ts';
import type { EventLog } from '../../store/store.ts';
import type { Drafted, ReadingCache } from './draft-commit.ts';
import type { GatherDeps, Policies, Source } from './gather.ts';
import { gatherPolicies, gatherSource } from './gather.ts';
import type { Problem } from './problems.ts';
import { warningsOf, type Warning } from './warnings.ts';
import { publishAutomation } from './publish-automation.ts';

export interface AutomationDeps extends GatherDeps {
  readonly publisher: Publisher;
  readonly signing: SigningKeys;
  readonly readings: ReadingCache;
  readonly sources: TemplateSources;
  readonly events: EventLog;
  /** Told of every run that read the repository: for `--dry-run`, `diff` and progress. */
  readonly published?: (
    automation: ImageUpdateAutomation,
    result: PublishResult,
    drafted: Drafted | undefined,
  ) => void;
  /** All but the push. */
  readonly dryRun?: boolean;
}

type AutomationRun = Run<'ImageUpdateAutomation'>;
type Draft = StatusOf<'ImageUpdateAutomation'>;

/** What happens to an ImageUpdateAutomation, in order: policies, source, publish, record. */
export class ImageUpdateAutomationController implements Controller<'ImageUpdateAutomation'> {
  readonly kind = 'ImageUpdateAutomation';
  readonly acknowledgesWhileSuspended = false;
  readonly settlesAfter = {
    kinds: ['ImageRepository', 'ImagePolicy'],
    quietMs: 150,
    atMostMs: 1500,
  } as const;
  readonly #deps: AutomationDeps;

  constructor(deps: AutomationDeps) {
    this.#deps = deps;
  }

  references({ metadata, spec }: ImageUpdateAutomation): readonly string[] {
    const { namespace = metadata.namespace, name } = spec.sourceRef;
    const key = spec.git?.commit.signingKey?.secretRef.name;
    return [
      policiesTarget(metadata.namespace),
      targetOf('GitRepository', namespace, name),
      ...(key === undefined ? [] : [targetOf('Secret', metadata.namespace, key)]),
    ];
  }

  async forget(): Promise<void> {
    // Commits stay where they are, and mirrors are shared by remote.
  }

  async run(run: AutomationRun): Promise<Done> {
    run.draft.lastAutomationRunTime = formatTime(run.now);
    const policies = await gatherPolicies(run.object, this.#deps.store);
    run.passed('InvalidPolicySelector', 'Failed');
    const { signing, dryRun = false } = this.#deps;
    const deps = { ...this.#deps, dryRun, signing: dryRun ? undefined : signing };
    const source = await gatherSource(run.object, deps, run.signal);
    run.passed('SourceManagerFailed');
    const unchangedSince = canSkip(run, policies, source) ? run.draft.observedSourceRevision : undefined;
    const { result, drafted } = await publishAutomation(
      { ...this.#deps, dryRun },
      { automation: run.object, policies, source, now: run.now, unchangedSince },
      run.signal,
    );
    run.passed('GitOperationFailed', 'UpdateFailed');
    this.#deps.published?.(run.object, result, drafted);
    if (drafted !== undefined) run.annotate(markerCountAnnotation, String(drafted.markers));
    return this.#record(run, { policies, source, result, problems: drafted?.problems ?? [] });
  }

  async #record(
    run: AutomationRun,
    facts: {
      readonly policies: Policies;
      readonly source: Source;
      readonly result: PublishResult;
      readonly problems: readonly Problem[];
    },
  ): Promise<Done> {
    const { object, draft, now } = run;
    const { result, source } = facts;
    const requeueAfterMs = parseMilliseconds(object.spec.interval);
    if (result.outcome === 'unchanged') {
      const message = readyBefore(draft);
      return {
        message,
        requeueAfterMs,
        recovery: upToDate,
        nothingNew: 'no change since last reconciliation',
      };
    }
    const message = await this.#tell(run, warningsOf(facts));
    if (result.outcome === 'would-push')
      return { message, requeueAfterMs, recovery: upToDate, nothingNew: upToDate };
    observe(draft, { policies: facts.policies, revision: observedRevision(result, source) });
    if (result.outcome === 'nothing')
      return { message, requeueAfterMs, recovery: upToDate, nothingNew: upToDate };
    draft.lastPushCommit = result.commit;
    draft.lastPushTime = formatTime(now);
    return { message, requeueAfterMs, announcement: pushSummary(result, source), nothingNew: upToDate };
  }

  /** The Ready message; what a person should know stands in it, and is told as a warning once. */
  async #tell(run: AutomationRun, warnings: readonly Warning[]): Promise<string> {
    if (warnings.length === 0) return upToDate;
    const message = `${upToDate}, but ${warnings.map(({ lead, text }) => `${lead}${text}`).join('; and ')}`;
    if (readyMessages(run.draft).includes(message)) return message;
    for (const { reason, text } of warnings) {
      await this.#deps.events.record({
        kind: this.kind,
        object: run.object,
        type: 'Warning',
        reason,
        message: text,
      });
    }
    return message;
  }
}

/** The target that stands for what all policies of a namespace select. */
export function policiesTarget(namespace: string): string {
  return `ImagePolicies/${namespace}`;
}

const upToDate = 'repository up-to-date';

/** Nothing can have changed but the remote: a look at its refs is enough. */
function canSkip(run: AutomationRun, policies: Policies, { route }: Source): boolean {
  const { draft } = run;
  if (run.requested || run.newGeneration || route.push.switched || route.push.refspec !== undefined)
    return false;
  if (!isReady(draft.conditions ?? [])) return false;
  return draft.observedSourceRevision !== undefined && samePolicies(draft.observedPolicies ?? {}, policies);
}

function samePolicies(observed: NonNullable<Draft['observedPolicies']>, { considered }: Policies): boolean {
  if (Object.keys(observed).length !== considered.size) return false;
  return [...considered].every(([name, ref]) => {
    const old = observed[name];
    return (
      old !== undefined &&
      old.name === ref.name &&
      old.tag === ref.tag &&
      (old.digest ?? '') === (ref.digest ?? '')
    );
  });
}

function observe(
  draft: Draft,
  { policies, revision }: { readonly policies: Policies; readonly revision: string },
): void {
  draft.observedSourceRevision = revision;
  if (policies.considered.size === 0) delete draft.observedPolicies;
  else draft.observedPolicies = Object.fromEntries(policies.considered);
}

/** After a push to the checkout branch the new commit is what was seen; else the checkout is. */
function observedRevision(
  result: Exclude<PublishResult, { outcome: 'unchanged' }>,
  { route }: Source,
): string {
  return result.outcome === 'pushed' && !route.push.switched
    ? `${result.branch}@${hashName(result.commit)}:${result.commit}`
    : result.revision;
}

/** Which hash a commit id is made of, by its length. */
function hashName(commit: string): 'sha1' | 'sha256' {
  return commit.length === 64 ? 'sha256' : 'sha1';
}

function pushSummary(
  result: Extract<PublishResult, { outcome: 'pushed' | 'would-push' }>,
  { route }: Source,
): string {
  const refspec = route.push.refspec === undefined ? '' : ` and refspecs '${route.push.refspec}'`;
  return `pushed commit '${result.commit.slice(0, 7)}' to branch '${result.branch}'${refspec}\n${result.draft.message}`;
}

function readyMessages(draft: Draft): readonly string[] {
  return (draft.conditions ?? []).flatMap(({ type, status, message }) =>
    type === 'Ready' && status === 'True' ? [message] : [],
  );
}

function readyBefore(draft: Draft): string {
  return readyMessages(draft).at(0) ?? upToDate;
}
