import * as z from 'zod';
import { isTidemarkError } from '../../model/errors.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import type { Resource } from '../../store/kubernetes/resource.ts';
import type { ResourceCatalog } from '../../store/kubernetes/resource-catalog.ts';
import { ourLabel } from './find-controllers.ts';
import type { Manifest } from './manifests.ts';

/** What server-side apply has done, in kubectl's words. */
export type ManifestOutcome = 'created' | 'configured' | 'unchanged';

/** As much of an object in the cluster as one needs to know whose it is. */
export const stored = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    resourceVersion: z.string().default(''),
    labels: z.record(z.string(), z.string()).nullish(),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).nullish(),
  }),
});

export type Stored = z.output<typeof stored>;

export interface ManifestTarget {
  readonly resource: Resource;
  readonly key: { readonly namespace: string; readonly name: string };
}

export async function targetOf(
  { apiVersion, kind, metadata: { name, namespace = '' } }: Manifest,
  catalog: ResourceCatalog,
): Promise<ManifestTarget> {
  return { resource: await catalog.resourceOf(apiVersion, kind), key: { namespace, name } };
}

/** The object that a manifest means, as it is in the cluster now. */
export async function readStored(client: KubeClient, target: ManifestTarget): Promise<Stored | undefined> {
  try {
    return stored.parse(await client.request({ verb: 'get', ...target }));
  } catch (error) {
    if (isTidemarkError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** True for what Tidemark has been installed by, whichever way. */
export function isOurs({ metadata }: Stored): boolean {
  return metadata.labels?.[ourLabel.name] === ourLabel.value;
}

/** Makes an object of the cluster what the manifest says. What others have added to it stays. */
export async function applyManifest(
  client: KubeClient,
  target: ManifestTarget,
  document: Manifest,
): Promise<ManifestOutcome> {
  const before = await readStored(client, target);
  const after = stored.parse(
    await client.request({
      verb: 'patch',
      ...target,
      patch: 'apply',
      query: { fieldManager: 'tidemark-install', force: 'true' },
      body: document,
    }),
  );
  if (before === undefined) return 'created';
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'configured';
}

/** `Deployment/flux-system/tidemark`: how progress names an object. */
export function nameOf({ kind, metadata }: Manifest): string {
  return [kind, ...(metadata.namespace === undefined ? [] : [metadata.namespace]), metadata.name].join('/');
}
