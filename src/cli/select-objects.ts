import type { Home } from '../app/home.ts';
import { TidemarkError } from '../model/errors.ts';
import type { ListOptions } from '../store/store.ts';
import { matchesStatus, parseStatusSelector, type StatusSelector } from '../views/readiness.ts';
import type { ShownKind, ShownObject } from '../views/shown-kinds.ts';

/** Which objects of a kind a person wants to see. */
export interface ObjectQuery {
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly statusSelector?: StatusSelector | undefined;
}

export async function selectObjects<K extends ShownKind>(
  home: Home,
  kind: K,
  query: ObjectQuery,
): Promise<readonly ShownObject<K>[]> {
  const { items } = await home.objects.list(kind, listOptions(query));
  return items.filter((object) => isWanted(object, query));
}

export function listOptions({ namespace, allNamespaces, name, labelSelector }: ObjectQuery): ListOptions {
  return {
    ...(!allNamespaces && { namespace }),
    ...(name !== undefined && { name }),
    ...(labelSelector !== undefined && { labelSelector }),
  };
}

export function isWanted(object: ShownObject, { name, statusSelector }: ObjectQuery): boolean {
  const named = name === undefined || name === object.metadata.name;
  return named && (statusSelector === undefined || matchesStatus(object, statusSelector));
}

/** Flux's sentence for a query that finds nothing. */
export function nothingFound(kind: ShownKind, { namespace, allNamespaces, name }: ObjectQuery): string {
  const where = allNamespaces ? 'any' : `"${namespace}"`;
  return name === undefined
    ? `no ${kind} objects found in ${where} namespace`
    : `${kind} object '${name}' not found in ${where} namespace`;
}

/** Reads `--status-selector`. */
export function readStatusSelector(text: string | undefined): StatusSelector | undefined {
  if (text === undefined) return undefined;
  const selector = parseStatusSelector(text);
  if (selector !== undefined) return selector;
  throw new TidemarkError(
    'UsageError',
    `--status-selector takes a condition and its status, such as ready=false or stalled!=true, got "${text}"`,
  );
}
