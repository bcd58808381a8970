import { fluxFinalizer } from '../api/annotations.ts';
import type { Kinds, ReconciledKind } from '../api/kinds.ts';
import { isTidemarkError } from '../model/errors.ts';
import type { ObjectStore } from '../store/store.ts';

const mostTries = 6;

/**
 * Sets or removes our finalizer. The list belongs to others too, so it is only written over the version that it was read from.
 * Returns undefined when the object has gone meanwhile, or is another one under the same name.
 */
export async function changeFinalizer<K extends ReconciledKind>(
  store: Pick<ObjectStore, 'get' | 'patchMetadata'>,
  object: Kinds[K],
  wanted: 'set' | 'removed',
): Promise<Kinds[K] | undefined> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the kind of an object of type Kinds[K] is K
  const kind = object.kind as K;
  const { uid } = object.metadata;
  let current: Kinds[K] | undefined = object;
  for (let tries = 1; current !== undefined && current.metadata.uid === uid; tries += 1) {
    const { finalizers = [], resourceVersion } = current.metadata as Kinds[K]['metadata'];
    if (finalizers.includes(fluxFinalizer) === (wanted === 'set')) return current;
    // On its way out nobody may hold it any more.
    if (wanted === 'set' && current.metadata.deletionTimestamp !== undefined) return undefined;
    const others = finalizers.filter((name) => name !== fluxFinalizer);
    const patch = { finalizers: wanted === 'set' ? [...others, fluxFinalizer] : others };
    try {
      const options = resourceVersion === undefined ? {} : { resourceVersion };
      return await store.patchMetadata(kind, object.metadata, patch, options);
    } catch (error) {
      if (isTidemarkError(error, 'NotFound')) return undefined;
      if (!isTidemarkError(error, 'Conflict') || tries === mostTries) throw error;
      current = await store.get(kind, object.metadata);
    }
  }
  return undefined;
}
