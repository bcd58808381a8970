import { heralds, localHeralds } from '../controllers/heralds.ts';
import { ImagePolicyController } from '../controllers/image-policy/controller.ts';
import { ImageRepositoryController } from '../controllers/image-repository/controller.ts';
import type { AutomationDeps } from '../controllers/image-update-automation/controller.ts';
import { ImageUpdateAutomationController } from '../controllers/image-update-automation/controller.ts';
import { createReadingCache } from '../controllers/image-update-automation/reading-cache.ts';
import type { LoginSources } from '../controllers/cloud-login.ts';
import type { AccessSources } from '../controllers/registry-access.ts';
import { RepositoryHosts } from '../controllers/repository-hosts.ts';
import { judge } from '../controllers/outcomes.ts';
import type { Clock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import { templateSources } from '../pipeline/publish/io/template-sources.ts';
import type { Publisher, SigningKeys } from '../pipeline/publish/ports.ts';
import type { RegistryClient, TagStore } from '../pipeline/scan/ports.ts';
import type { BackoffOptions } from '../reconcile/backoff.ts';
import type { Observer } from '../reconcile/observer.ts';
import { Engine } from '../reconcile/engine.ts';
import { afterTimeout } from '../reconcile/agenda.ts';
import type { EventLog, ObjectStore } from '../store/store.ts';

/** The adapters and settings that an engine is put together from. */
export interface EngineParts extends LoginSources {
  readonly store: ObjectStore;
  /** Credentials for objects that name none; only where the machine's user is the objects' author. */
  readonly ambient?: NonNullable<AccessSources['ambient']>;
  readonly events: EventLog;
  readonly tags: TagStore;
  readonly registry: RegistryClient;
  readonly publisher: Publisher;
  readonly signing: SigningKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** Workers per kind. */
  readonly concurrency: number;
  readonly crossNamespaceAllowed: boolean;
  readonly requeueDependencyMs: number;
  readonly firstScanGraceMs?: number;
  /** Secrets and Namespaces are few and near: watch them too. */
  readonly watchesSecrets: boolean;
  /** Whether `file://` is a way to a Git repository: only where the objects' author is the machine's user. */
  readonly readsLocalFiles: boolean;
  /** The only objects to work on, as `Kind namespace/name`; all when absent. */
  readonly only?: ReadonlySet<string>;
  /** Label selector text: the other objects are another process's. */
  readonly shard?: string | undefined;
  readonly dryRun?: boolean;
  readonly published?: NonNullable<AutomationDeps['published']>;
  readonly observer?: Observer;
  readonly backoff?: BackoffOptions;
}

/** Marked files of which the readings are kept in memory. */
const readingCacheSize = 20_000;

export function createEngine(parts: EngineParts): Engine {
  const automations = new ImageUpdateAutomationController({
    ...parts,
    readings: createReadingCache(readingCacheSize),
    sources: templateSources(parts.clock),
  });
  const hosts = new RepositoryHosts();
  return new Engine({
    ...parts,
    after: afterTimeout,
    judge,
    heralds: parts.watchesSecrets ? localHeralds : heralds,
    controllers: [
      new ImageRepositoryController({ ...parts, hosts }),
      new ImagePolicyController({ ...parts, hosts }),
      automations,
    ],
  });
}
