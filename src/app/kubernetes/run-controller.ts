import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { KindName } from '../../api/kinds.ts';
import { refuseLinkLocal } from '../../http/link-local.ts';
import type { Clock } from '../../model/clock.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Engine } from '../../reconcile/engine.ts';
import { Metrics } from '../../server/metrics.ts';
import { routes } from '../../server/routes.ts';
import { openKubernetesStore, type KubernetesStore } from '../../store/kubernetes/kubernetes-store.ts';
import { LeaderElection, type Leadership } from '../../store/kubernetes/leader-election.ts';
import { leaseName } from '../../store/kubernetes/lease-name.ts';
import { serviceAccounts } from '../../store/kubernetes/service-accounts.ts';
import type { EventLog } from '../../store/store.ts';
import { createEngine } from '../create-engine.ts';
import { loggedEvents } from '../embedded/logged-events.ts';
import { openParts, type Parts } from '../embedded/open-parts.ts';
import { listen } from '../listen.ts';
import { settleMemory } from '../settle-memory.ts';
import { connectToCluster, type Cluster } from './connect.ts';
import type { ControllerSettings, ElectionSettings } from './controller-settings.ts';
import { guarded, stopWhenOver, untilAborted } from './leadership.ts';
import { PostedEvents } from './posted-events.ts';

export interface ControllerDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
  /** Ends the controller. */
  readonly signal: AbortSignal;
  /** Ends the process at once. */
  readonly giveUp: () => void;
}

const component = 'tidemark';
/** What is kept in memory and followed. Secrets, accounts and namespaces are read when they are needed. */
const cached: readonly KindName[] = [
  'GitRepository',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
];
/** Of these only the shard's own are kept. Policies of other shards are kept too, as Flux does: automations use what they select. */
const sharded: readonly KindName[] = ['ImageRepository', 'ImageUpdateAutomation'];

/** Thousands of objects that are made at once are scanned at the pace that the API server is asked at. */
const firstScanGraceMs = 5 * 60_000;

/** While this process leads: throws once the lease is no longer ours, before anything is written that cannot be taken back. */
interface Term {
  assert: () => void;
}

/** What a controller is made of, whether it leads or follows. */
interface Assembly {
  readonly settings: ControllerSettings;
  readonly deps: ControllerDeps;
  readonly cluster: Cluster;
  readonly term: Term;
  readonly store: KubernetesStore;
  readonly events: EventLog;
  readonly parts: Parts;
  readonly metrics: Metrics;
  /** The engine at work, while this process leads. */
  engine: Engine | undefined;
}

/** Keeps Git up to date from the objects in a cluster, until told to stop. */
export async function runController(settings: ControllerSettings, deps: ControllerDeps): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(settleMemory());
  const term: Term = { assert: () => undefined };
  const metrics = new Metrics(() => assembly.engine?.depths() ?? {});
  const cluster = await connectToCluster(settings, deps, {
    qps: settings.qps,
    burst: settings.burst,
    beforeWrite: () => term.assert(),
    onRequest: (request) => metrics.requested(request),
  });
  if (cluster === undefined) {
    throw new TidemarkError(
      'UsageError',
      'there is no cluster to work in: run this in a pod, or name one with --kubeconfig and --context',
    );
  }
  cleanup.defer(() => cluster.client.close());
  const assembly: Assembly = assemble(settings, deps, { cluster, term, metrics, cleanup });
  await serve(assembly, cleanup);
  await untilAborted(deps.signal, assembly.store.fill());
  if (deps.signal.aborted) return;
  const { election } = settings;
  if (election === undefined) await lead(assembly, { signal: deps.signal, assert: () => undefined });
  else await elect(assembly, election);
}

function assemble(
  settings: ControllerSettings,
  deps: ControllerDeps,
  {
    cluster,
    term,
    metrics,
    cleanup,
  }: {
    readonly cluster: Cluster;
    readonly term: Term;
    readonly metrics: Metrics;
    readonly cleanup: AsyncDisposableStack;
  },
): Assembly {
  const { selector, namespace } = settings;
  const store = openKubernetesStore({
    ...deps,
    client: cluster.client,
    cached,
    component,
    epoch: randomUUID(),
    ...(namespace === undefined ? {} : { namespace }),
    ...(selector === undefined
      ? {}
      : { selectors: Object.fromEntries(sharded.map((kind) => [kind, selector])) }),
  });
  cleanup.defer(() => store.close());
  const parts = openParts({
    ...deps,
    ssh: settings.ssh,
    folder: settings.storagePath,
    refuse: refuseLinkLocal,
    loginCache: settings.loginCache,
    observeLogins: (event) => metrics.askedForLogin(event),
  });
  cleanup.defer(() => parts.close());
  return {
    settings,
    deps,
    cluster,
    term,
    store,
    parts,
    events: eventsOf(settings, deps, { store, cleanup }),
    metrics,
    engine: undefined,
  };
}

function eventsOf(
  { eventsAddress }: ControllerSettings,
  deps: ControllerDeps,
  { store, cleanup }: { readonly store: KubernetesStore; readonly cleanup: AsyncDisposableStack },
): EventLog {
  const logged = loggedEvents(store.events, deps.log);
  if (eventsAddress === undefined) return logged;
  const posted = new PostedEvents(logged, { ...deps, component, address: eventsAddress });
  cleanup.defer(() => posted.close());
  return posted;
}

async function serve(
  { settings, store, metrics, deps }: Assembly,
  cleanup: AsyncDisposableStack,
): Promise<void> {
  // Followers are ready too: ready means that the caches are filled and the lease can be taken over at once.
  const ready = (): boolean => store.isFilled();
  const app = routes({ metrics, ready });
  for (const address of [settings.health, settings.metrics]) {
    if (address === undefined) continue;
    const server = await listen(app, address);
    cleanup.defer(() => server.close());
    deps.log.info('serving health and metrics', { address: server.address });
  }
}

/** Leads whenever the lease is ours, and waits for it otherwise. */
async function elect(assembly: Assembly, election: ElectionSettings): Promise<void> {
  const { deps, cluster, settings } = assembly;
  const namespace = deps.environment['RUNTIME_NAMESPACE'] ?? cluster.namespace ?? 'flux-system';
  const lease = { namespace, name: leaseName(component, settings.selector) };
  const identity = `${hostname()}_${randomUUID()}`;
  const candidate = new LeaderElection({ ...deps, ...election, client: cluster.client, lease, identity });
  while (!deps.signal.aborted) {
    const end = await candidate.run(deps.signal, (leadership) => lead(assembly, leadership));
    if (end === 'stopped') return;
  }
}

async function lead(
  assembly: Assembly,
  { signal, assert }: Pick<Leadership, 'signal' | 'assert'>,
): Promise<void> {
  const { settings, deps, store, parts, cluster, term } = assembly;
  term.assert = assert;
  const engine = createEngine({
    ...parts,
    ...deps,
    publisher: guarded(parts.publisher, { signal, assert }),
    store: store.objects,
    events: assembly.events,
    concurrency: settings.concurrency,
    crossNamespaceAllowed: settings.crossNamespaceAllowed,
    requeueDependencyMs: settings.requeueDependencyMs,
    firstScanGraceMs,
    shard: settings.selector,
    backoff: settings.backoff,
    watchesSecrets: false,
    // Whoever may create objects in the cluster must not read files of the pod.
    readsLocalFiles: false,
    observer: assembly.metrics,
    accounts: serviceAccounts(cluster.client),
    objectLevelIdentity: settings.objectLevelIdentity,
    defaultServiceAccount: settings.defaultServiceAccount,
  });
  assembly.engine = engine;
  const stopped = stopWhenOver(engine, { signal, lost: () => !deps.signal.aborted, giveUp: deps.giveUp });
  await untilAborted(signal, engine.start());
  await stopped;
  assembly.engine = undefined;
  // While the lease is still ours: afterwards nothing can be written.
  await store.flush();
}
