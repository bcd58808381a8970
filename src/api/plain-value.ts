import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** A place in the text, and what is wrong there. */
export interface PlainProblem {
  readonly offset: number;
  readonly message: string;
}

export interface PlainValue {
  readonly value: unknown;
  /** Which node each mapping and list of `value` was made from. */
  readonly origins: ReadonlyMap<object, YAMLMap | YAMLSeq>;
  readonly problems: readonly PlainProblem[];
}

/** How many values aliases may expand to: enough for any honest file, too few for a bomb. */
const maxAliasedValues = 100_000;

/**
 * Turns a parsed document into plain JavaScript values.
 *
 * Ours instead of the library's `toJS`, because it reports duplicate keys with both places, bounds aliases,
 * keeps keys as they are spelled (`on`, `010`), and remembers which node a value came from.
 */
export function plainValue(document: Document): PlainValue {
  const reader = new PlainReader();
  return { value: reader.read(document.contents), origins: reader.origins, problems: reader.problems };
}

class PlainReader {
  readonly origins = new Map<object, YAMLMap | YAMLSeq>();
  readonly problems: PlainProblem[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #aliasDepth = 0;
  #aliasedValues = 0;

  read(node: unknown): unknown {
    if (isAlias(node)) return this.#readAlias(node.source, node.range?.[0] ?? 0);
    if (this.#aliasDepth > 0) {
      this.#aliasedValues += 1;
      if (this.#aliasedValues > maxAliasedValues) return undefined;
    }
    if (isScalar(node)) {
      this.#noteAnchor(node);
      return node.value;
    }
    if (!isMap(node) && !isSeq(node)) return null;
    this.#noteAnchor(node);
    this.#open.add(node);
    const value = isMap(node) ? this.#readMap(node) : this.#readSeq(node);
    this.#open.delete(node);
    return value;
  }

  #noteAnchor(node: Scalar | YAMLMap | YAMLSeq): void {
    if (node.anchor !== undefined && this.#aliasDepth === 0) this.#anchors.set(node.anchor, node);
  }

  #readAlias(name: string, offset: number): unknown {
    const target = this.#anchors.get(name);
    if (target === undefined)
      return this.#fail(offset, `the alias *${name} has no anchor &${name} before it`);
    if (this.#open.has(target)) return this.#fail(offset, `the alias *${name} stands inside its own anchor`);
    this.#aliasDepth += 1;
    const value = this.read(target);
    this.#aliasDepth -= 1;
    if (this.#aliasedValues > maxAliasedValues && this.#aliasDepth === 0) {
      this.#aliasedValues = 0;
      return this.#fail(offset, `the aliases expand to more than ${maxAliasedValues} values`);
    }
    return value;
  }

  #readSeq(node: YAMLSeq): unknown[] {
    const list = node.items.map((item) => this.read(item));
    this.origins.set(list, node);
    return list;
  }

  #readMap(node: YAMLMap): Record<string, unknown> {
    const own = new Map<string, unknown>();
    const merged: Record<string, unknown>[] = [];
    const firstAt = new Map<string, number>();
    for (const pair of node.items) {
      if (isMergeKey(pair)) {
        merged.push(...this.#mergeSources(pair));
        continue;
      }
      const key = this.#keyText(pair);
      if (key === undefined) continue;
      const offset = offsetOf(pair.key);
      if (firstAt.has(key) && this.#aliasDepth === 0)
        this.#fail(offset, `the key "${key}" stands twice in one mapping`);
      firstAt.set(key, offset);
      own.set(key, this.read(pair.value));
    }
    // Own keys win over merged ones, and of several merged mappings the first.
    const value = Object.fromEntries([
      ...merged.reverse().flatMap((source) => Object.entries(source)),
      ...own,
    ]);
    this.origins.set(value, node);
    return value;
  }

  #mergeSources(pair: Pair): Record<string, unknown>[] {
    const value = this.read(pair.value);
    const sources = Array.isArray(value) ? value : [value];
    if (sources.every(isRecord)) return sources;
    this.#fail(offsetOf(pair.key), 'the merge key << needs a mapping, or a list of mappings');
    return [];
  }

  #keyText(pair: Pair): string | undefined {
    const { key } = pair;
    if (isScalar(key)) {
      this.#noteAnchor(key);
      return key.source ?? String(key.value);
    }
    if (isAlias(key)) {
      const text = this.#readAlias(key.source, offsetOf(key));
      return typeof text === 'string' ? text : undefined;
    }
    this.#fail(offsetOf(key), 'a mapping or list cannot be a key; if this is a template, render it first');
    return undefined;
  }

  #fail(offset: number, message: string): undefined {
    this.problems.push({ offset, message });
    return undefined;
  }
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.source === '<<' && pair.key.type === 'PLAIN';
}

function offsetOf(node: unknown): number {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && node.range ? node.range[0] : 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
