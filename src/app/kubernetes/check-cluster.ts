import type { Clock } from '../../model/clock.ts';
import { parseConstraint, parseVersion } from '../../go/semver.ts';
import { serverVersion } from '../../store/kubernetes/discovery.ts';
import type { Deployment } from '../../store/kubernetes/deployments.ts';
import { gitOnThisMachine } from '../git-version.ts';
import { awaitDeployments } from './await-deployments.ts';
import { checkDefinitions, hasDefinitions } from './check-definitions.ts';
import { checkInstall, checkUse } from './check-permissions.ts';
import type { Cluster } from './connect.ts';
import { findControllers, mayRun, ourLabel } from './find-controllers.ts';
import { besideFluxText } from './install.ts';
import type { Told } from './progress.ts';

export interface CheckSettings {
  readonly namespace: string;
  /** Only what has to be there before Tidemark is installed. */
  readonly prerequisitesOnly: boolean;
  readonly timeoutMs: number;
  readonly pollMs: number;
}

export interface CheckDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The API that we need, as Flux has it. */
const kubernetesRange = '>=1.33.0-0';

/** Looks whether a cluster is, or can be made, one in which Tidemark does its work. True when nothing stands in the way. */
export async function* checkCluster(
  cluster: Cluster,
  settings: CheckSettings,
  deps: CheckDeps,
): Told<boolean> {
  const { client } = cluster;
  const { namespace } = settings;
  yield { sign: 'doing', text: 'checking prerequisites' };
  let isGood = yield* checkServer(cluster, deps);
  if (settings.prerequisitesOnly) {
    const flavour = (await hasDefinitions(client, deps.signal)) ? 'beside-flux' : 'standalone';
    isGood = (yield* checkInstall(client, { flavour, namespace })) && isGood;
    yield* warnOfFlux((await findControllers(client, namespace, deps.signal)).flux);
    return isGood;
  }
  yield { sign: 'doing', text: 'checking permissions' };
  isGood = (yield* checkUse(client, namespace)) && isGood;
  yield { sign: 'doing', text: 'checking controllers' };
  isGood = (yield* checkControllers(cluster, settings, deps)) && isGood;
  yield { sign: 'doing', text: 'checking crds' };
  return (yield* checkDefinitions(client, deps.signal)) && isGood;
}

async function* checkServer({ client }: Cluster, { environment, signal }: CheckDeps): Told<boolean> {
  const version = (await serverVersion(client, signal)).replace(/^v/, '');
  const isGood = parseConstraint(kubernetesRange).check(parseVersion(version));
  yield isGood
    ? { sign: 'done', text: `Kubernetes ${version} ${kubernetesRange}` }
    : { sign: 'failed', text: `Kubernetes version v${version} does not match ${kubernetesRange}` };
  const git = await gitOnThisMachine(environment);
  yield git.isGood
    ? { sign: 'done', text: `git ${git.version}` }
    : { sign: 'warning', text: `${git.problem}: tidemark diff and explain need it on this machine` };
  return isGood;
}

async function* checkControllers(
  { client }: Cluster,
  { namespace, timeoutMs, pollMs }: CheckSettings,
  { clock, signal }: CheckDeps,
): Told<boolean> {
  const { ours, flux } = await findControllers(client, namespace, signal);
  let isGood = ours.length > 0;
  if (!isGood) {
    yield {
      sign: 'failed',
      text: `no controllers found with the label selector '${ourLabel.name}=${ourLabel.value}': tidemark install brings one`,
    };
  }
  for (const deployment of ours) {
    const patience = { clock, signal, timeoutMs, pollMs };
    isGood = (yield* awaitDeployments(client, [deployment], patience)) && isGood;
    for (const image of deployment.images) yield { sign: 'doing', text: image };
    if (!mayRun(deployment))
      yield { sign: 'warning', text: `${deployment.name}: scaled down to 0, nothing is done` };
  }
  yield* warnOfFlux(flux);
  return isGood;
}

async function* warnOfFlux(flux: readonly Deployment[]): Told {
  for (const deployment of flux.filter(mayRun)) yield { sign: 'warning', text: besideFluxText(deployment) };
}
