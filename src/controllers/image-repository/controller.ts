import { reconcileRequestAnnotation } from '../../api/annotations.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import { parseMilliseconds } from '../../go/duration.ts';
import { messageOf, TidemarkError, type ErrorCode } from '../../model/errors.ts';
import type { ImageName } from '../../model/image-ref.ts';
import { parseImageName } from '../../model/image-ref.ts';
import { decideScan, type ScanDecision } from '../../pipeline/scan/decide-scan.ts';
import { compileExclusions, effectiveExclusions, withoutExcluded } from '../../pipeline/scan/exclusions.ts';
import { isOfScan } from '../../pipeline/scan/is-of-scan.ts';
import type { RegistryAccess, RegistryClient, TagChange, TagStore } from '../../pipeline/scan/ports.ts';
import {
  accessFailedText,
  quietText,
  scanFailedText,
  scannedText,
  scheduleFailedText,
  storeFailedText,
} from '../../pipeline/scan/scan-texts.ts';
import { latestTags, sortTags } from '../../pipeline/scan/tag-order.ts';
import { tagsChecksum } from '../../pipeline/scan/tags-checksum.ts';
import { formatTime } from '../../reconcile/conditions.ts';
import type { Controller, Done, Run } from '../../reconcile/controller.ts';
import { targetOf } from '../../reconcile/controller.ts';
import type { AccessSources } from '../registry-access.ts';
import { registryAccess } from '../registry-access.ts';
import type { RepositoryHosts } from '../repository-hosts.ts';
import { tagSetKey } from '../tag-set-key.ts';
import { withDeadline } from '../with-deadline.ts';

export interface RepositoryDeps extends AccessSources {
  readonly tags: TagStore;
  readonly registry: RegistryClient;
  readonly hosts: RepositoryHosts;
}

type RepositoryRun = Run<'ImageRepository'>;

const shortestTimeoutMs = 1000;

/** What happens to an ImageRepository, in order: name, access, schedule, scan, record. */
export class ImageRepositoryController implements Controller<'ImageRepository'> {
  readonly kind = 'ImageRepository';
  readonly acknowledgesWhileSuspended = true;
  /** A scan mostly waits, and a registry that hangs must not take the places of those that answer. */
  readonly crowd = { workers: 512, perGroup: 16 };
  readonly #deps: RepositoryDeps;

  constructor(deps: RepositoryDeps) {
    this.#deps = deps;
  }

  references({ metadata, spec }: ImageRepository): readonly string[] {
    const names = [spec.secretRef, spec.certSecretRef, spec.proxySecretRef].flatMap((ref) => ref?.name ?? []);
    return names.map((name) => targetOf('Secret', metadata.namespace, name));
  }

  group({ metadata, spec }: ImageRepository): string {
    return this.#deps.hosts.learn(metadata, spec.image);
  }

  async forget({ metadata, status }: ImageRepository): Promise<void> {
    this.#deps.hosts.forget(metadata);
    const canonical = status?.canonicalImageName;
    if (canonical !== undefined) this.#deps.tags.delete(tagSetKey(metadata, { canonical }));
  }

  async run(run: RepositoryRun): Promise<Done> {
    const { object } = run;
    const image = parseImageName(object.spec.image);
    const access = await wrapped('AuthenticationFailed', accessFailedText, () =>
      registryAccess(object, this.#deps),
    );
    const decision = await wrapped('ScheduleFailed', scheduleFailedText, async () =>
      this.#decide(run, image),
    );
    const intervalMs = parseMilliseconds(object.spec.interval);
    if (!decision.scan) return this.#notDue(run, decision.nextScanMs);
    const change = await wrapped('ScanFailed', scanFailedText, () => this.#scan(run, image, access));
    const { lastScanResult } = run.draft;
    if (lastScanResult === undefined) throw new Error('a scan left no result');
    return {
      message: scannedText(lastScanResult),
      requeueAfterMs: intervalMs,
      nothingNew: quietText(isSame(change) ? 'tags-unchanged' : 'scanned', intervalMs),
    };
  }

  #decide(run: RepositoryRun, image: ImageName): ScanDecision {
    const { object, now, draft, newGeneration } = run;
    const { scanTime } = draft.lastScanResult ?? {};
    return decideScan({
      now,
      specChanged: newGeneration,
      intervalMs: parseMilliseconds(object.spec.interval),
      canonicalName: image.canonical,
      exclusionList: effectiveExclusions(object.spec.exclusionList),
      requestedAt: object.metadata.annotations?.[reconcileRequestAnnotation],
      storedTags: this.#storedTags(run, image),
      observed: {
        lastScan:
          draft.lastScanResult === undefined
            ? undefined
            : { scanTime: scanTime === undefined ? undefined : new Date(scanTime) },
        lastHandledReconcileAt: draft.lastHandledReconcileAt,
        canonicalName: draft.canonicalImageName,
        exclusionList: draft.observedExclusionList,
      },
    });
  }

  /** How many tags of the last scan are stored: none when what is stored is another process's. */
  #storedTags({ object, draft }: RepositoryRun, image: ImageName): number {
    const set = this.#deps.tags.read(tagSetKey(object.metadata, image));
    if (set === undefined) return 0;
    const stored = { ...set, count: set.tags.length };
    return isOfScan(stored, draft.lastScanResult) ? stored.count : 0;
  }

  #notDue({ draft }: RepositoryRun, nextScanMs: number): Done {
    return {
      message: scannedText(draft.lastScanResult ?? { tagCount: 0, revision: '' }),
      requeueAfterMs: nextScanMs,
      nothingNew: quietText('not-due', nextScanMs),
    };
  }

  async #scan(run: RepositoryRun, image: ImageName, access: RegistryAccess): Promise<TagChange> {
    const { object, draft } = run;
    const exclusions = compileExclusions(object.spec.exclusionList);
    const timeoutMs = Math.max(
      parseMilliseconds(object.spec.timeout ?? object.spec.interval),
      shortestTimeoutMs,
    );
    const listed = await withDeadline({ signal: run.signal, timeoutMs }, (signal) =>
      this.#deps.registry.listTags(image, access, signal),
    );
    const tags = sortTags(withoutExcluded(listed, exclusions));
    const checksum = tagsChecksum(tags);
    const change = this.#keep(run, image, { tags, checksum });
    const newest = latestTags(tags);
    draft.lastScanResult = {
      revision: checksum,
      tagCount: tags.length,
      scanTime: formatTime(run.now),
      ...(newest.length === 0 ? {} : { latestTags: [...newest] }),
    };
    draft.canonicalImageName = image.canonical;
    draft.observedExclusionList = [...effectiveExclusions(object.spec.exclusionList)];
    return change;
  }

  /** Stores the tag set, and wakes the policies when its content is another one: the checksum alone may hide that. */
  #keep(
    run: RepositoryRun,
    image: ImageName,
    { tags, checksum }: { readonly tags: readonly string[]; readonly checksum: string },
  ): TagChange {
    const { object, draft, now } = run;
    const key = tagSetKey(object.metadata, image);
    const isKnown = this.#storedTags(run, image) > 0;
    const change = storing(image, () => this.#deps.tags.write(key, tags, checksum, now));
    if (!isKnown || !isSame(change))
      run.wake(targetOf('ImageRepository', object.metadata.namespace, object.metadata.name));
    const before = draft.canonicalImageName;
    if (before !== undefined && before !== image.canonical) {
      this.#deps.tags.delete(tagSetKey(object.metadata, { canonical: before }));
    }
    return change;
  }
}

function isSame({ added, removed }: TagChange): boolean {
  return added.length === 0 && removed.length === 0;
}

function storing<T>(image: ImageName, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new TidemarkError('ScanFailed', storeFailedText(image.canonical, messageOf(error)), {
      cause: error,
    });
  }
}

/** Runs one step; what goes wrong in it is told in the step's words. */
async function wrapped<T>(
  code: ErrorCode,
  text: (problem: string) => string,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'FeatureUnsupported') throw error;
    const retryAfterMs = error instanceof TidemarkError ? error.retryAfterMs : undefined;
    throw new TidemarkError(code, text(messageOf(error)), {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}
