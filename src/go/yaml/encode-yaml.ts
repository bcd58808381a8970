import { compareKeys } from './compare-keys.ts';
import { writeScalar } from './write-scalar.ts';

/**
 * Writes plain JSON data as `sigs.k8s.io/yaml` does, byte for byte: what kubectl and flux print.
 *
 * Undefined fields are left out. Keys must be one line, as all keys of Kubernetes objects are.
 */
export function encodeYaml(value: unknown): string {
  if (isMap(value) && entriesOf(value).length > 0) return mapLines(value, 0);
  if (Array.isArray(value) && value.length > 0) return listLines(value, 0);
  return `${flat(value, { kind: 'value', column: 0, indent: 0 })}\n`;
}

/** The lines of a mapping; the first one is not indented, since something may stand before it. */
function mapLines(map: object, indent: number): string {
  const lines = entriesOf(map).map(([key, value]) => {
    const name = writeScalar(key, { kind: 'key', column: indent, indent });
    if (isMap(value) && entriesOf(value).length > 0) {
      return `${name}:\n${' '.repeat(indent + 2)}${mapLines(value, indent + 2)}`;
    }
    // A list stands as far left as its key.
    if (Array.isArray(value) && value.length > 0)
      return `${name}:\n${' '.repeat(indent)}${listLines(value, indent)}`;
    const column = indent + Array.from(name).length + 2;
    return `${name}: ${flat(value, { kind: 'value', column, indent: indent + 2 })}\n`;
  });
  return lines.join(' '.repeat(indent));
}

function listLines(list: readonly unknown[], indent: number): string {
  const lines = list.map((value) => {
    if (isMap(value) && entriesOf(value).length > 0) return `- ${mapLines(value, indent + 2)}`;
    if (Array.isArray(value) && value.length > 0) return `- ${listLines(value, indent + 2)}`;
    return `- ${flat(value, { kind: 'value', column: indent + 2, indent: indent + 2 })}\n`;
  });
  return lines.join(' '.repeat(indent));
}

function flat(value: unknown, place: Parameters<typeof writeScalar>[1]): string {
  if (typeof value === 'string') return writeScalar(value, place);
  if (Array.isArray(value)) return '[]';
  if (isMap(value)) return '{}';
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'boolean' ? String(value) : 'null';
}

function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

function entriesOf(map: object): [string, unknown][] {
  return Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => compareKeys(left, right));
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
