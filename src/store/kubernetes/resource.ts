import { apiVersionOf, type KindDefinition } from '../../api/define-kind.ts';
import { kindDefinitions, type KindName } from '../../api/kinds.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { ObjectKey } from '../../model/object-key.ts';

/** Where objects of one sort stand in the API: enough to build paths and to name them in messages. */
export interface Resource {
  readonly kind: string;
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The resource of one of our kinds. */
export function resourceOf(kind: KindName): Resource {
  const definition: Pick<KindDefinition, 'group' | 'version' | 'plural' | 'namespaced'> =
    kindDefinitions[kind];
  const { plural, namespaced } = definition;
  return { kind, apiVersion: apiVersionOf(definition), plural, namespaced };
}

/** All objects of a resource, or those of one namespace. */
export function collectionPath(
  { apiVersion, plural, namespaced }: Resource,
  namespace: string | undefined,
): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${plural}`;
}

/** What an API server takes for one segment of a path. Anything else would lead to another path, since it decodes before it splits. */
const segment = /^(?!\.{1,2}$)[^/%]+$/;

/** One object. Throws `NotFound` for names that none can have. */
export function objectPath(resource: Resource, { namespace, name }: ObjectKey): string {
  if (!segment.test(name))
    throw new TidemarkError('NotFound', `there is no ${nameOf(resource, { namespace, name })}`);
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** `ImagePolicy apps/web`, or `Namespace apps`: how messages name an object. */
export function nameOf({ kind, namespaced }: Resource, { namespace, name }: ObjectKey): string {
  return namespaced ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}
