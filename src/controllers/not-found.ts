import type { KindName } from '../api/kinds.ts';
import { kindDefinitions } from '../api/kinds.ts';

/** The API server's words for an object that is not there: `GitRepository.source.toolkit.fluxcd.io "fleet" not found`. */
export function notFoundText(kind: KindName, name: string): string {
  const { group, plural } = kindDefinitions[kind];
  return `${group === '' ? plural : `${kind}.${group}`} "${name}" not found`;
}
