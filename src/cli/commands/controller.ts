import { createLog } from '../../app/log.ts';
import type { ControllerSettings } from '../../app/kubernetes/controller-settings.ts';
import { runController } from '../../app/kubernetes/run-controller.ts';
import { TidemarkError } from '../../model/errors.ts';
import { defineCommand, type CommandInput } from '../command.ts';
import type { CliDeps } from '../deps.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, count, duration, onOff, text, textOr } from '../flags.ts';
import { featureGatesFlag } from '../feature-gates.ts';
import { clusterFlags } from '../cluster-flags.ts';
import { parseListenAddress } from '../listen-address.ts';
import { refusedControllerFlags } from '../refused-controller-flags.ts';
import { sshAlgorithms, sshFlags } from '../ssh-flags.ts';

const flags = {
  ...clusterFlags,
  watchAllNamespaces: onOff(
    '--watch-all-namespaces',
    'objects of all namespaces, or only of RUNTIME_NAMESPACE',
    true,
  ),
  watchLabelSelector: text(
    '--watch-label-selector <selector>',
    'only objects with these labels: one shard of several',
  ),
  noCrossNamespaceRefs: onOff('--no-cross-namespace-refs', 'refuse references to other namespaces', false),
  concurrent: count(
    '--concurrent <n>',
    'automations that are worked on at a time (default: 4); repositories and policies are many at once',
    1,
  ),
  requeueDependency: duration(
    '--requeue-dependency <duration>',
    'how long to wait for tags that are not there',
    '30s',
  ),
  minRetryDelay: duration(
    '--min-retry-delay <duration>',
    'the first delay before a retry; it doubles',
    '750ms',
  ),
  maxRetryDelay: duration('--max-retry-delay <duration>', 'the longest delay before a retry', '15m'),
  kubeApiQps: count(
    '--kube-api-qps <n>',
    'requests to the API server in a second, for each kind (default: 50)',
    1,
  ),
  kubeApiBurst: count(
    '--kube-api-burst <n>',
    'requests to the API server at once, for each kind (default: 300)',
    1,
  ),
  eventsAddr: text('--events-addr <url>', "where events are posted: Flux's notification endpoint"),
  storagePath: textOr(
    '--storage-path <dir>',
    'tags and mirrors; what is lost there is scanned and fetched again',
    '/data',
  ),
  healthAddr: textOr('--health-addr <address>', 'where /healthz and /readyz are served, or off', ':9440'),
  metricsAddr: textOr('--metrics-addr <address>', 'where /metrics is served, or off', ':8080'),
  enableLeaderElection: onOff('--enable-leader-election', 'lead only while holding a Lease', false),
  releaseOnCancel: onOff('--leader-election-release-on-cancel', 'give the Lease back at the end', true),
  leaseDuration: duration(
    '--leader-election-lease-duration <duration>',
    'how long a Lease holds that is not renewed',
    '35s',
  ),
  renewDeadline: duration(
    '--leader-election-renew-deadline <duration>',
    'how long to lead without having renewed it',
    '30s',
  ),
  retryPeriod: duration(
    '--leader-election-retry-period <duration>',
    'time between two tries to take or renew it',
    '5s',
  ),
  defaultServiceAccount: text(
    '--default-service-account <name>',
    'the service account of objects that name none, for cloud identities',
  ),
  tokenCacheMaxSize: count(
    '--token-cache-max-size <n>',
    'cloud logins that are kept (default: 100); 0 keeps none',
  ),
  tokenCacheMaxDuration: duration(
    '--token-cache-max-duration <duration>',
    'how long a cloud login is kept at most',
    '1h',
  ),
  featureGates: featureGatesFlag,
  logLevel: choice('--log-level <level>', 'which log lines are written (default: info)', [
    'trace',
    'debug',
    'info',
    'error',
  ]),
  logEncoding: choice('--log-encoding <format>', 'how log lines are written (default: json)', [
    'json',
    'console',
  ]),
  ...sshFlags,
  ...refusedControllerFlags,
};

type Input = CommandInput<typeof flags>;

export const controller = defineCommand({
  summary: 'Keep Git up to date from the objects in a cluster',
  description:
    'The same loop inside Kubernetes. Flags have the names and defaults of Flux’s image controllers.',
  flags,
  examples: [
    'tidemark controller --enable-leader-election',
    'tidemark controller --kubeconfig ~/.kube/config --context dev',
  ],
  async run(deps, input, out) {
    const level = input.flags.logLevel === 'trace' ? 'debug' : (input.flags.logLevel ?? 'info');
    await runController(settingsOf(deps, input), {
      environment: deps.environment,
      clock: deps.clock,
      log: createLog({
        format: input.flags.logEncoding === 'console' ? 'text' : 'json',
        level,
        write: (line) => out.log(line),
        now: () => deps.clock.now(),
      }),
      userAgent: `tidemark/${deps.version()}`,
      signal: deps.signal,
      giveUp: () => process.exit(exitCodes.no),
    });
    return exitCodes.done;
  },
});

function settingsOf(deps: CliDeps, { flags: given }: Input): ControllerSettings {
  const health = parseListenAddress(given.healthAddr);
  const metrics = parseListenAddress(given.metricsAddr);
  return {
    kubeconfig: given.kubeconfig,
    context: given.context,
    namespace: given.watchAllNamespaces ? undefined : ownNamespace(deps),
    selector: given.watchLabelSelector,
    crossNamespaceAllowed: !given.noCrossNamespaceRefs,
    concurrency: given.concurrent ?? 4,
    requeueDependencyMs: given.requeueDependency,
    backoff: { minMs: given.minRetryDelay, maxMs: given.maxRetryDelay },
    qps: given.kubeApiQps ?? 50,
    burst: given.kubeApiBurst ?? 300,
    eventsAddress: given.eventsAddr === undefined ? undefined : parseAddress(given.eventsAddr),
    storagePath: given.storagePath,
    ...loginSettings(given),
    ssh: sshAlgorithms(given),
    health,
    metrics,
    election: given.enableLeaderElection
      ? {
          releases: given.releaseOnCancel,
          leaseDurationMs: given.leaseDuration,
          renewDeadlineMs: given.renewDeadline,
          retryPeriodMs: given.retryPeriod,
        }
      : undefined,
  };
}

/** Of logins that clouds give. An hour is the most that one is kept. */
function loginSettings(
  given: Input['flags'],
): Pick<ControllerSettings, 'objectLevelIdentity' | 'defaultServiceAccount' | 'loginCache'> {
  const { objectLevelWorkloadIdentity } = given.featureGates;
  if (given.defaultServiceAccount !== undefined && !objectLevelWorkloadIdentity)
    throw new TidemarkError(
      'UsageError',
      'cannot set default service accounts when the feature gate ObjectLevelWorkloadIdentity is not enabled',
    );
  return {
    objectLevelIdentity: objectLevelWorkloadIdentity,
    defaultServiceAccount: given.defaultServiceAccount,
    loginCache: {
      maxSize: given.tokenCacheMaxSize ?? 100,
      maxDurationMs: Math.min(given.tokenCacheMaxDuration, 3_600_000),
    },
  };
}

function ownNamespace({ environment }: CliDeps): string {
  const namespace = environment['RUNTIME_NAMESPACE'];
  if (namespace) return namespace;
  throw new TidemarkError(
    'UsageError',
    '--watch-all-namespaces=false watches the namespace in RUNTIME_NAMESPACE, which is not set',
  );
}

function parseAddress(address: string): URL {
  // Flux takes a bare host too.
  const url = URL.parse(address.includes('://') ? address : `http://${address}`);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new TidemarkError(
    'UsageError',
    `--events-addr takes a URL such as http://notification-controller.flux-system.svc.cluster.local./, not '${address}'`,
  );
}
