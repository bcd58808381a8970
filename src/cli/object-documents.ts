import { kindDefinitions } from '../api/kinds.ts';
import { formatDuration, parseDuration } from '../go/duration.ts';
import { compareBytes } from '../model/compare-bytes.ts';
import { encodeYaml } from '../go/yaml/encode-yaml.ts';
import type { ShownObject } from '../views/shown-kinds.ts';

/** A Kubernetes List of whole objects. */
export function objectList(objects: readonly unknown[]): object {
  return { apiVersion: 'v1', kind: 'List', items: objects.map(sorted), metadata: { resourceVersion: '' } };
}

/** The fields in the order of their names, as an API server sends them: so that a document is the same wherever its object is kept. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).toSorted(([a], [b]) => compareBytes(a, b));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

/** `imagepolicy.image.toolkit.fluxcd.io/app`, as kubectl names objects. */
export function objectName({ kind, metadata }: ShownObject): string {
  return `${kindDefinitions[kind].singular}.${kindDefinitions[kind].group}/${metadata.name}`;
}

/** An object as `flux export` prints it: what a person would write, and nothing that a server adds. */
export function exportDocument({ apiVersion, kind, metadata, spec }: ShownObject): string {
  const { annotations, labels, name, namespace } = metadata;
  return `---\n${encodeYaml({ apiVersion, kind, metadata: { annotations, labels, name, namespace }, spec: canonicalSpec(spec) })}`;
}

/** Durations as Go writes them, and no flag that is off: so that the same spec gives the same bytes as from Flux. */
function canonicalSpec(spec: object): object {
  return Object.fromEntries(
    Object.entries(spec).flatMap(([field, value]): [string, unknown][] => {
      if (value === false) return [];
      const isDuration = typeof value === 'string' && (field === 'interval' || field === 'timeout');
      return [[field, isDuration ? canonicalDuration(value) : value]];
    }),
  );
}

function canonicalDuration(text: string): string {
  try {
    return formatDuration(parseDuration(text));
  } catch {
    // Beyond what Go can count: it stays as it was written.
    return text;
  }
}
