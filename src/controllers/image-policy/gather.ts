import type { ImagePolicy } from '../../api/image-policy.ts';
import type { ImageRepository } from '../../api/image-repository.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { ImageName } from '../../model/image-ref.ts';
import { parseImageName } from '../../model/image-ref.ts';
import type { ObjectStore } from '../../store/store.ts';
import { notFoundText } from '../not-found.ts';
import { checkAccess, checkReference } from './check-access.ts';

export interface Referred {
  readonly repository: ImageRepository;
  readonly image: ImageName;
}

/** The ImageRepository that a policy refers to, if the policy may use it. */
export async function gatherRepository(
  policy: ImagePolicy,
  { store, crossNamespaceAllowed }: { readonly store: ObjectStore; readonly crossNamespaceAllowed: boolean },
): Promise<Referred> {
  const { namespace } = policy.metadata;
  const { imageRepositoryRef } = policy.spec;
  const reference = { namespace: imageRepositoryRef.namespace ?? namespace, name: imageRepositoryRef.name };
  const across = reference.namespace !== namespace;
  const labels = across
    ? (await store.get('Namespace', { namespace: '', name: namespace }))?.metadata.labels
    : undefined;
  const facts = { namespace, reference, crossNamespaceAllowed, namespaceLabels: labels ?? {} };
  checkReference(facts);
  const repository = await store.get('ImageRepository', reference);
  if (repository === undefined) {
    throw new TidemarkError(
      'DependencyNotReady',
      `failed to get the referred ImageRepository: referenced ImageRepository does not exist: ${notFoundText('ImageRepository', reference.name)}`,
    );
  }
  checkAccess(facts, repository.spec.accessFrom);
  return { repository, image: parseImageName(repository.spec.image) };
}
