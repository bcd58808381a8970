import { fluxFinalizer } from '../../api/annotations.ts';
import type { ReconciledKind } from '../../api/kinds.ts';
import { isTidemarkError } from '../../model/errors.ts';
import type { KubeClient } from '../../store/kubernetes/kube-client.ts';
import { listPages } from '../../store/kubernetes/list-pages.ts';
import { resourceOf } from '../../store/kubernetes/resource.ts';
import { readStored, stored, type ManifestTarget, type Stored } from './apply-manifest.ts';
import { findControllers, mayRun } from './find-controllers.ts';
import type { Told } from './progress.ts';

const kinds: readonly ReconciledKind[] = ['ImageUpdateAutomation', 'ImagePolicy', 'ImageRepository'];
const mostTries = 5;

/**
 * Removes our finalizer from every object, unless somebody is left who does so when an object is deleted: it is the one that Flux's
 * controllers use, too.
 */
export async function* removeFinalizers(
  client: KubeClient,
  { namespace, signal }: { readonly namespace: string; readonly signal: AbortSignal },
): Told {
  const { flux, ours } = await findControllers(client, namespace, signal);
  const others = [...flux, ...ours].filter(mayRun);
  if (others.length > 0) {
    const names = others.map((other) => `${other.namespace}/${other.name}`).join(', ');
    yield { sign: 'done', text: `the finalizer of objects stays: ${names} looks after them` };
    return;
  }
  yield {
    sign: 'doing',
    text: `removing the finalizer ${fluxFinalizer}: nobody is left who would, and objects could not be deleted`,
  };
  for (const kind of kinds) {
    for (const object of await holders(client, kind)) {
      signal.throwIfAborted();
      const { name, namespace: where = '' } = object.metadata;
      const target = { resource: resourceOf(kind), key: { namespace: where, name } };
      await removeFinalizer(client, target, object);
      yield { sign: 'done', text: `${kind}/${where}/${name} finalizer removed` };
    }
  }
}

async function removeFinalizer(client: KubeClient, target: ManifestTarget, first: Stored): Promise<void> {
  let object: Stored | undefined = first;
  for (let tries = 1; object !== undefined && holdsOurs(object); tries += 1) {
    const { resourceVersion, finalizers } = object.metadata;
    const rest = (finalizers ?? []).filter((finalizer) => finalizer !== fluxFinalizer);
    try {
      // With the version: a finalizer that somebody else adds at this moment stays.
      await client.request({
        verb: 'patch',
        ...target,
        body: { metadata: { resourceVersion, finalizers: rest } },
      });
      return;
    } catch (error) {
      if (isTidemarkError(error, 'NotFound')) return;
      if (!isTidemarkError(error, 'Conflict') || tries === mostTries) throw error;
      object = await readStored(client, target);
    }
  }
}

function holdsOurs({ metadata }: Stored): boolean {
  return metadata.finalizers?.includes(fluxFinalizer) === true;
}

async function holders(client: KubeClient, kind: ReconciledKind): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  try {
    await listPages({ client, resource: resourceOf(kind), metadataOnly: true }, (items) => {
      for (const item of items) {
        const object = stored.parse(item);
        if (holdsOurs(object)) found.push(object);
      }
    });
  } catch (error) {
    // Without its definition there are no objects either.
    if (!isTidemarkError(error, 'KindNotServed')) throw error;
  }
  return found;
}
