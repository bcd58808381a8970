import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { DocumentProblem, SkippedDocument } from '../../api/documents.ts';
import type { Kinds, ReconciledKind } from '../../api/kinds.ts';
import type { Drafted } from '../../controllers/image-update-automation/draft-commit.ts';
import type { Clock } from '../../model/clock.ts';
import type { Log } from '../../model/log.ts';
import type { SshAlgorithms } from '../../pipeline/publish/ssh-config.ts';
import type { PublishResult } from '../../pipeline/publish/ports.ts';
import { UserCredentials } from '../../pipeline/scan/io/user-credentials.ts';
import type { Engine } from '../../reconcile/engine.ts';
import { Metrics } from '../../server/metrics.ts';
import { routes } from '../../server/routes.ts';
import { openLocalStore, type LocalStore } from '../../store/local/local-store.ts';
import type { EventRecord } from '../../store/store.ts';
import { createEngine } from '../create-engine.ts';
import type { ListenAddress } from '../listen.ts';
import { listen } from '../listen.ts';
import { settleMemory } from '../settle-memory.ts';
import { loggedEvents } from './logged-events.ts';
import { openParts, type Parts } from './open-parts.ts';

export interface RunSettings {
  readonly paths: readonly string[];
  readonly standardInput?: Uint8Array;
  readonly stateFolder: string;
  readonly secretsFolder?: string;
  /** Use the credentials of the user's docker for objects that name none. */
  readonly ambientCredentials?: boolean;
  /** Stop when nothing is left to do. */
  readonly once: boolean;
  readonly dryRun: boolean;
  readonly listen?: ListenAddress;
  readonly concurrency: number;
  readonly crossNamespaceAllowed: boolean;
  readonly ssh?: SshAlgorithms | undefined;
  /** The only objects to work on, as `Kind namespace/name`; all when absent. */
  readonly only?: ReadonlySet<string>;
}

/** What a run tells while it goes. */
export interface RunReporter {
  listening?(address: string): void;
  problems(problems: readonly DocumentProblem[]): void;
  skipped?(documents: readonly SkippedDocument[]): void;
  published?(automation: ImageUpdateAutomation, result: PublishResult, drafted: Drafted | undefined): void;
  event?(event: EventRecord): void;
  /** The first full pass over all objects has begun. */
  started?(): void;
}

export interface RunDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  /** Ends the run. */
  readonly signal: AbortSignal;
  readonly report: RunReporter;
}

export type ReconciledObject = Kinds[ReconciledKind];

/** What stood when the run ended. */
export interface RunResult {
  readonly objects: readonly ReconciledObject[];
  readonly problems: readonly DocumentProblem[];
}

const reconciled: readonly ReconciledKind[] = ['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation'];
const requeueDependencyMs = 30_000;

/** Keeps Git up to date from the objects in a folder, until told to stop or, with `once`, until nothing is left to do. */
export async function runEmbedded(settings: RunSettings, deps: RunDeps): Promise<RunResult> {
  await using cleanup = new AsyncDisposableStack();
  if (!settings.once) cleanup.defer(settleMemory());
  const store = await openLocalStore({ ...settings, role: 'runner', clock: deps.clock, log: deps.log });
  cleanup.defer(() => store.close());
  const metrics = new Metrics(() => engine.depths());
  const parts = openParts({
    ...deps,
    ssh: settings.ssh,
    folder: settings.stateFolder,
    observeLogins: (event) => metrics.askedForLogin(event),
  });
  cleanup.defer(() => parts.close());
  const engine: Engine = assemble(settings, deps, { store, parts, metrics });
  cleanup.defer(() => engine.stop());
  if (settings.listen !== undefined) {
    const server = await listen(routes({ metrics, ready: () => engine.ready }), settings.listen);
    cleanup.defer(() => server.close());
    deps.report.listening?.(server.address);
  }
  deps.report.problems(store.problems());
  deps.report.skipped?.(store.skipped());
  cleanup.defer(store.onProblems((problems) => deps.report.problems(problems)));
  await engine.start();
  deps.report.started?.();
  await Promise.race([aborted(deps.signal), ...(settings.once ? [engine.idle()] : [])]);
  await engine.stop();
  return { objects: await allObjects(store), problems: store.problems() };
}

function assemble(
  settings: RunSettings,
  deps: RunDeps,
  { store, parts, metrics }: { readonly store: LocalStore; readonly parts: Parts; readonly metrics: Metrics },
): Engine {
  return createEngine({
    ...parts,
    ...settings,
    ...(settings.ambientCredentials ? { ambient: new UserCredentials(deps) } : {}),
    store: store.objects,
    events: loggedEvents(store.events, deps.log, (event) => deps.report.event?.(event)),
    clock: deps.clock,
    log: deps.log,
    requeueDependencyMs,
    watchesSecrets: true,
    readsLocalFiles: true,
    objectLevelIdentity: false,
    observer: metrics,
    ...(deps.report.published === undefined ? {} : { published: deps.report.published.bind(deps.report) }),
  });
}

async function allObjects({ objects }: LocalStore): Promise<readonly ReconciledObject[]> {
  const lists = await Promise.all(reconciled.map((kind) => objects.list(kind)));
  return lists.flatMap(({ items }) => items);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
