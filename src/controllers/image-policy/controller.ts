import type { ImagePolicy, SelectedImage } from '../../api/image-policy.ts';
import { formatMilliseconds, parseMilliseconds } from '../../go/duration.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';
import type { ImageName } from '../../model/image-ref.ts';
import type { RegistryClient, TagStore } from '../../pipeline/scan/ports.ts';
import type { Outcome } from '../../pipeline/select/outcome.ts';
import type { Controller, Done, Run } from '../../reconcile/controller.ts';
import { targetOf } from '../../reconcile/controller.ts';
import { findCondition } from '../../reconcile/conditions.ts';
import type { AccessSources } from '../registry-access.ts';
import { registryAccess } from '../registry-access.ts';
import type { RepositoryHosts } from '../repository-hosts.ts';
import { tagSetKey } from '../tag-set-key.ts';
import { withDeadline } from '../with-deadline.ts';
import { readyMessage, recordSelection } from './announce.ts';
import type { Referred } from './gather.ts';
import { gatherRepository } from './gather.ts';
import { planDigest } from './reflect-digest.ts';
import { TagSelector } from './tag-selector.ts';

export interface PolicyDeps extends AccessSources {
  readonly tags: TagStore;
  readonly registry: RegistryClient;
  readonly hosts: RepositoryHosts;
  /** Policies that ask one registry for digests at a time. */
  readonly concurrency: number;
  readonly crossNamespaceAllowed: boolean;
  /** How long a policy that has selected before waits for tags that are gone, and between looks when there are none. */
  readonly requeueDependencyMs: number;
  /** How long a policy waits for the first scan of its repository before it says so. */
  readonly firstScanGraceMs?: number;
}

type PolicyRun = Run<'ImagePolicy'>;

const mostWorkers = 256;
/** `spec.interval: 0s` counts as this. */
const defaultDigestIntervalMs = 10 * 60_000;
const defaultFirstScanGraceMs = 30_000;
/** Tags that vanish may be on their way back, and meanwhile the last selection stands. */
const vanishedGraceMs = 15_000;

/** What happens to an ImagePolicy, in order: repository, tags, selection, digest, announcement. */
export class ImagePolicyController implements Controller<'ImagePolicy'> {
  readonly kind = 'ImagePolicy';
  readonly acknowledgesWhileSuspended = true;
  readonly crowd: { readonly workers: number; readonly perGroup: number };
  readonly #deps: PolicyDeps;
  readonly #selector: TagSelector;
  /** Since when a policy has found no tags. */
  readonly #emptySinceMs = new Map<string, number>();

  constructor(deps: PolicyDeps) {
    this.#deps = deps;
    this.crowd = { workers: mostWorkers, perGroup: deps.concurrency };
    this.#selector = new TagSelector(deps.tags);
  }

  references({ metadata, spec }: ImagePolicy): readonly string[] {
    const { namespace = metadata.namespace, name } = spec.imageRepositoryRef;
    return [targetOf('ImageRepository', namespace, name), `Namespace/${metadata.namespace}`];
  }

  /** Selecting takes no time, and its status is written when the API server takes it. Waiting for a digest may take long, and holds up the policies of that registry alone. */
  group({ metadata, spec }: ImagePolicy): string {
    if (spec.digestReflectionPolicy === undefined || spec.digestReflectionPolicy === 'Never') return '';
    const { namespace = metadata.namespace, name } = spec.imageRepositoryRef;
    return `digest ${this.#deps.hosts.of({ namespace, name }) ?? ''}`;
  }

  async forget({ metadata }: ImagePolicy): Promise<void> {
    const id = metadata.uid ?? metadata.name;
    this.#emptySinceMs.delete(id);
    this.#selector.forget(id);
  }

  async run(run: PolicyRun): Promise<Done> {
    const requeueAfterMs = digestInterval(run.object);
    const referred = await gatherRepository(run.object, this.#deps);
    const selection = this.#select(run, referred);
    if (selection.winner === undefined) throw new TidemarkError('NothingSelected', selection.nothingSelected);
    const selected = await this.#withDigest(run, referred, {
      name: referred.repository.spec.image,
      tag: selection.winner.tag,
    });
    recordSelection(run.draft, selected);
    const message = readyMessage(run.draft, selected);
    return { message, nothingNew: message, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
  }

  #select(run: PolicyRun, { repository, image }: Referred): Outcome {
    const id = run.object.metadata.uid ?? run.object.metadata.name;
    const outcome = this.#selector.select({
      id,
      rule: this.#selector.compile(run.object.spec),
      key: tagSetKey(repository.metadata, image),
      keep: run.draft.latestRef?.tag,
      scan: repository.status?.lastScanResult,
    });
    if (outcome === undefined) throw this.#withoutTags(run, repository, id);
    this.#emptySinceMs.delete(id);
    return outcome;
  }

  /** What becomes of a policy that finds no tags. */
  #withoutTags(run: PolicyRun, repository: Referred['repository'], id: string): TidemarkError {
    const since = this.#emptySinceMs.get(id) ?? run.now.getTime();
    this.#emptySinceMs.set(id, since);
    const waitedMs = Math.abs(run.now.getTime() - since);
    const { firstScanGraceMs = defaultFirstScanGraceMs } = this.#deps;
    const hasSelected = run.draft.latestRef !== undefined;
    const leftMs = graceMs(repository, { hasSelected, firstScanGraceMs }) - waitedMs;
    if (leftMs > 0) {
      throw new TidemarkError('DependencyPending', 'waiting for tags', { retryAfterMs: leftMs });
    }
    const retryAfterMs = this.#deps.requeueDependencyMs;
    return new TidemarkError(
      'DependencyNotReady',
      `retrying in ${formatMilliseconds(retryAfterMs)} error: no tags in database`,
      { retryAfterMs },
    );
  }

  async #withDigest(
    run: PolicyRun,
    { repository, image }: Referred,
    selected: { readonly name: string; readonly tag: string },
  ): Promise<SelectedImage> {
    const plan = planDigest(run.object.spec.digestReflectionPolicy, selected, run.draft.latestRef);
    if (plan.type === 'none') return { ...selected };
    if (plan.type === 'keep') return { ...selected, digest: plan.digest };
    const timeoutMs = parseMilliseconds(repository.spec.timeout ?? repository.spec.interval);
    try {
      const access = await registryAccess(repository, this.#deps);
      const digest = await withDeadline(
        { signal: run.signal, timeoutMs: Math.max(timeoutMs, 1000) },
        (signal) => this.#deps.registry.fetchDigest(image, selected.tag, access, signal),
      );
      return { ...selected, digest };
    } catch (error) {
      throw digestFailed(selected, image, error);
    }
  }
}

function digestFailed(
  selected: { readonly name: string; readonly tag: string },
  image: ImageName,
  error: unknown,
): TidemarkError {
  const retryAfterMs = error instanceof TidemarkError ? error.retryAfterMs : undefined;
  const reference = `${image.canonical}:${selected.tag}`;
  return new TidemarkError(
    'Failed',
    `failed fetching digest of ${selected.name}:${selected.tag}: failed fetching descriptor for "${reference}": ${messageOf(error)}`,
    { cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  );
}

/** How often the digest is looked up; undefined when only an event can bring a new one. */
function digestInterval({ spec }: ImagePolicy): number | undefined {
  if (spec.digestReflectionPolicy !== 'Always') return undefined;
  if (spec.interval === undefined) {
    throw new TidemarkError(
      'IntervalNotConfigured',
      "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
    );
  }
  return parseMilliseconds(spec.interval) || defaultDigestIntervalMs;
}

/** How long it is too early to speak of missing tags. */
function graceMs(
  repository: Referred['repository'],
  { hasSelected, firstScanGraceMs }: { readonly hasSelected: boolean; readonly firstScanGraceMs: number },
): number {
  switch (findCondition(repository.status?.conditions ?? [], 'Ready')?.status ?? 'Unknown') {
    case 'True':
      return hasSelected ? vanishedGraceMs : 0;
    case 'False':
      return 0;
    case 'Unknown':
      return isHeld(repository) ? 0 : firstScanGraceMs;
  }
}

/** Nothing will be scanned, so there is nothing to wait for. */
function isHeld(repository: Referred['repository']): boolean {
  return repository.spec.suspend === true || repository.metadata.deletionTimestamp !== undefined;
}
