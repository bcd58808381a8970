import type { Clock } from '../../model/clock.ts';
import { isTidemarkError } from '../../model/errors.ts';
import { listDeployments, type Deployment } from '../../store/kubernetes/deployments.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { listPods } from '../../store/kubernetes/pods.ts';
import { ResourceCatalog } from '../../store/kubernetes/resource-catalog.ts';
import { isOurs, nameOf, readStored, targetOf } from './apply-manifest.ts';
import type { Cluster } from './connect.ts';
import { ourLabel } from './find-controllers.ts';
import { readManifests, type Manifest } from './manifests.ts';
import type { Told } from './progress.ts';
import { removeFinalizers } from './remove-finalizers.ts';

export interface UninstallSettings {
  readonly namespace: string;
  /** Also the definitions of the kinds, and with them every object of these kinds. */
  readonly crds: boolean;
  /** How long to wait for pods to end. */
  readonly timeoutMs: number;
}

export interface UninstallDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const lookAgainMs = 500;

/** Removes from a cluster what `install` has applied, and what would keep objects from being deleted once nobody looks after them. */
export async function* uninstall(
  { client }: Cluster,
  settings: UninstallSettings,
  deps: UninstallDeps,
): Told {
  const { namespace, crds } = settings;
  const documents = readManifests({ flavour: 'standalone', namespace }).toReversed();
  const ofKind = (...kinds: readonly string[]): readonly Manifest[] =>
    documents.filter(({ kind }) => kinds.includes(kind));
  const apart = ['Deployment', 'CustomResourceDefinition', 'Namespace'];
  yield { sign: 'doing', text: `deleting components in ${namespace} namespace` };
  const ours = { namespace, labelSelector: `${ourLabel.name}=${ourLabel.value}` };
  const deployments = await listDeployments(client, ours);
  // First the controller, to its end: then nobody adds a finalizer again.
  yield* removeAll(client, ofKind('Deployment'));
  for (const deployment of deployments) await untilGone(client, deployment, { ...settings, ...deps });
  yield* removeFinalizers(client, { namespace, signal: deps.signal });
  yield* removeAll(
    client,
    documents.filter(({ kind }) => !apart.includes(kind)),
  );
  if (crds) yield* removeDefinitions(client, ofKind('CustomResourceDefinition'), { ...settings, ...deps });
  else yield { sign: 'done', text: 'kept the custom resource definitions, and every object of theirs' };
  yield { sign: 'done', text: `kept the namespace ${namespace}: it may hold what is not from here` };
}

/** A definition goes when the last object of its kind has gone, which others may hold up. */
async function* removeDefinitions(
  client: KubeClient,
  documents: readonly Manifest[],
  { clock, timeoutMs, signal }: UninstallSettings & UninstallDeps,
): Told {
  yield* removeAll(client, documents);
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  const catalog = new ResourceCatalog(client);
  for (const document of documents) {
    const target = await targetOf(document, catalog);
    const isGoing = async (): Promise<boolean> =>
      (await readStored(client, target))?.metadata.deletionTimestamp !== undefined;
    while ((await isGoing()) && clock.monotonicMs() < deadlineMs) await clock.sleep(lookAgainMs, signal);
    if (await isGoing()) {
      yield {
        sign: 'warning',
        text: `${nameOf(document)} waits for objects of its kind that have finalizers of others`,
      };
    }
  }
}

async function* removeAll(client: KubeClient, documents: readonly Manifest[]): Told {
  const catalog = new ResourceCatalog(client);
  for (const document of documents) {
    const resource = await catalog.find(document.apiVersion, document.kind);
    if (resource === undefined) continue;
    const { name, namespace = '' } = document.metadata;
    const target = { resource, key: { namespace, name } };
    const there = await readStored(client, target);
    if (there === undefined) continue;
    if (!isOurs(there)) {
      yield { sign: 'warning', text: `${nameOf(document)} is not from here, and stays` };
      continue;
    }
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
    await client.request({ verb: 'delete', ...target, body }).catch(unlessGone);
    yield { sign: 'done', text: `${nameOf(document)} deleted` };
  }
}

/** Waits for the pods of a Deployment to end. */
async function untilGone(
  client: KubeClient,
  { namespace, selector: labels }: Deployment,
  { clock, timeoutMs, signal }: UninstallSettings & UninstallDeps,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  for (;;) {
    const pods = await listPods(client, { namespace, labels, signal });
    if (pods.length === 0 || clock.monotonicMs() > deadlineMs) return;
    await clock.sleep(lookAgainMs, signal);
  }
}

function unlessGone(error: unknown): undefined {
  if (isTidemarkError(error, 'NotFound')) return undefined;
  throw error;
}
