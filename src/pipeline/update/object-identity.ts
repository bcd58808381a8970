import { scalarValue } from './yaml/scalar-value.ts';
import type { MapNode, YamlNode } from './yaml/tree.ts';

/** Which Kubernetes object a document holds, as commit messages name it. What a document lacks is an empty text. */
export interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Reads the identity from the root of a document, or from an item of a list. */
export function identityOf(text: string, node: YamlNode): ObjectIdentity {
  const metadata = fieldOf(text, node, 'metadata');
  return {
    apiVersion: fieldText(text, node, 'apiVersion'),
    kind: fieldText(text, node, 'kind'),
    name: fieldText(text, metadata, 'name'),
    namespace: fieldText(text, metadata, 'namespace'),
  };
}

/** The items of a `kind: List`: objects of their own. Undefined for all else. */
export function listItems(text: string, root: MapNode): readonly YamlNode[] | undefined {
  const kind = fieldText(text, root, 'kind');
  if (kind !== 'List' && kind !== 'ResourceList') return undefined;
  const items = fieldOf(text, root, 'items');
  return items?.kind === 'seq' ? items.items : undefined;
}

/** A key as Flux compares keys: by its text. Keys that are collections have none. */
export function keyText(text: string, key: YamlNode): string {
  if (key.kind === 'scalar') return scalarValue(text, key);
  return key.kind === 'alias' ? text.slice(key.start + 1, key.end) : '';
}

/** True for a value that is not there, or that is written as null. */
export function isNull(text: string, node: YamlNode): boolean {
  if (node.kind !== 'scalar') return false;
  const tag = node.properties.tag?.text;
  if (tag !== undefined && tag !== '!') return tag === '!!null';
  if (node.style === 'empty') return true;
  return node.style === 'plain' && /^(?:~|null|Null|NULL)$/.test(text.slice(node.start, node.end));
}

function fieldOf(text: string, node: YamlNode | undefined, name: string): YamlNode | undefined {
  if (node?.kind === 'alias') return fieldOf(text, node.target, name);
  if (node?.kind !== 'map') return undefined;
  return node.entries.find(({ key }) => isKey(text, key, name))?.value;
}

function isKey(text: string, key: YamlNode, name: string): boolean {
  // Most keys are plain and of another length: no need to read them.
  const other = key.kind === 'scalar' && key.style === 'plain' && key.end - key.start !== name.length;
  return !other && keyText(text, key) === name;
}

function fieldText(text: string, node: YamlNode | undefined, name: string): string {
  const value = fieldOf(text, node, name);
  const scalar = value?.kind === 'alias' ? value.target : value;
  return scalar?.kind === 'scalar' && !isNull(text, scalar) ? scalarValue(text, scalar) : '';
}
