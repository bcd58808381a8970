import type { Clock } from '../../model/clock.ts';
import { TidemarkError } from '../../model/errors.ts';
import { deploymentResource, readDeployment, type Deployment } from '../../store/kubernetes/deployments.ts';
import { ResourceCatalog } from '../../store/kubernetes/resource-catalog.ts';
import {
  applyManifest,
  isOurs,
  nameOf,
  readStored,
  targetOf,
  type ManifestTarget,
} from './apply-manifest.ts';
import { awaitDeployments } from './await-deployments.ts';
import type { Cluster } from './connect.ts';
import { findControllers, mayRun } from './find-controllers.ts';
import { readManifests, type Manifest, type ManifestChoice } from './manifests.ts';
import type { Told } from './progress.ts';

export interface InstallSettings extends ManifestChoice {
  readonly timeoutMs: number;
}

export interface InstallDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Installs Tidemark in a cluster, or brings what is there up to date. True when its controller is ready in the end. */
export async function* install(
  { client }: Cluster,
  settings: InstallSettings,
  { clock, signal }: InstallDeps,
): Told<boolean> {
  const { namespace, timeoutMs } = settings;
  const catalog = new ResourceCatalog(client);
  yield { sign: 'generating', text: 'generating manifests' };
  const documents = readManifests(settings);
  await refuseForeignDefinitions({ client }, catalog, documents);
  yield { sign: 'doing', text: `installing Tidemark in ${namespace} namespace` };
  for (const document of documents) {
    signal.throwIfAborted();
    const target = await targetOf(document, catalog);
    // Others may live in it, under its labels as they are.
    const isKept = document.kind === 'Namespace' && !(await isOursOrNew(client, target));
    const outcome = isKept ? 'is there already' : await applyManifest(client, target, document);
    yield { sign: 'done', text: `${nameOf(document)} ${outcome}` };
  }
  yield* warnOfFlux({ client }, namespace);
  yield { sign: 'waiting', text: 'verifying installation' };
  const deployments = await deploymentsOf({ client }, documents);
  return yield* awaitDeployments(client, deployments, { clock, signal, timeoutMs, pollMs: 1000 });
}

/** Definitions that somebody else has brought are theirs to keep: to overwrite them would be to take them over. */
async function refuseForeignDefinitions(
  { client }: Pick<Cluster, 'client'>,
  catalog: ResourceCatalog,
  documents: readonly Manifest[],
): Promise<void> {
  for (const document of documents.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    if (await isOursOrNew(client, await targetOf(document, catalog))) continue;
    throw new TidemarkError(
      'UsageError',
      `the cluster has ${document.metadata.name} already, and not from here\nsay --beside-flux to leave the definitions of Flux's kinds as they are`,
    );
  }
}

async function isOursOrNew(client: Cluster['client'], target: ManifestTarget): Promise<boolean> {
  const there = await readStored(client, target);
  return there === undefined || isOurs(there);
}

async function* warnOfFlux({ client }: Pick<Cluster, 'client'>, namespace: string): Told {
  const { flux } = await findControllers(client, namespace);
  for (const deployment of flux.filter(mayRun)) yield { sign: 'warning', text: besideFluxText(deployment) };
}

/** What to do about one of Flux's image controllers. */
export function besideFluxText({ name, namespace }: Deployment): string {
  return `${name}: Flux's own controller runs beside Tidemark, and both would write the same objects and commits; stop it: kubectl -n ${namespace} scale deployment ${name} --replicas=0`;
}

async function deploymentsOf(
  { client }: Pick<Cluster, 'client'>,
  documents: readonly Manifest[],
): Promise<readonly Deployment[]> {
  return Promise.all(
    documents
      .filter(({ kind }) => kind === 'Deployment')
      .map(async ({ metadata: { name, namespace = '' } }) =>
        readDeployment(
          await client.request({ verb: 'get', resource: deploymentResource, key: { namespace, name } }),
        ),
      ),
  );
}
