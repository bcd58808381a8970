import { type MarkerTarget, readMarkerText } from './marker-text.ts';
import { identityOf, isNull, keyText, listItems, type ObjectIdentity } from './object-identity.ts';
import type { Yaml } from './yaml/read-yaml.ts';
import { decode } from './yaml/decode.ts';
import type { Comment } from './yaml/token.ts';
import type { MapNode, ScalarNode, YamlNode } from './yaml/tree.ts';

/** A scalar with a marker that works. */
export interface MarkedScalar {
  readonly target: MarkerTarget;
  readonly scalar: ScalarNode;
  readonly document: number;
  readonly object: ObjectIdentity;
}

/** What became of a comment on a value. */
export type CommentRole =
  | 'marker'
  /** The value's key stands a second time in its mapping: only the first is updated. */
  | 'shadowed'
  /** It is read together with others, or not at all because another one is read first. */
  | 'one-of-many'
  | 'passed-over';

export interface Collected {
  readonly marked: readonly MarkedScalar[];
  readonly roles: ReadonlyMap<Comment, CommentRole>;
}

/** Finds the marked scalars of a file, in document order: the values of mappings and the items of lists. */
export function collectMarkers(yaml: Yaml): Collected {
  const collector = new Collector(yaml);
  for (const [index, root] of yaml.roots.entries()) collector.document(root, index);
  return collector;
}

interface Place {
  readonly document: number;
  readonly object: ObjectIdentity;
  readonly shadowed: boolean;
}

class Collector implements Collected {
  readonly marked: MarkedScalar[] = [];
  readonly roles = new Map<Comment, CommentRole>();
  readonly #yaml: Yaml;

  constructor(yaml: Yaml) {
    this.#yaml = yaml;
  }

  document(root: YamlNode, document: number): void {
    const { text } = this.#yaml;
    if (root.kind !== 'map' || isNull(text, root)) return;
    const place = { document, object: identityOf(text, root), shadowed: false };
    this.#visit(root, place, new Set(listItems(text, root)));
  }

  /** Items of a `kind: List` are objects of their own. */
  #visit(node: YamlNode, place: Place, objects?: ReadonlySet<YamlNode>): void {
    if (node.kind === 'scalar') this.#judge(node, place);
    if (node.kind === 'map') this.#visitEntries(node, place, objects);
    if (node.kind !== 'seq') return;
    for (const item of node.items) {
      const isObject = objects?.has(item) === true;
      this.#visit(item, isObject ? { ...place, object: identityOf(this.#yaml.text, item) } : place);
    }
  }

  /** Of keys that stand twice, Flux visits the first only. */
  #visitEntries({ entries }: MapNode, place: Place, objects?: ReadonlySet<YamlNode>): void {
    const seen = new Set<string>();
    for (const { key, value } of entries) {
      const name = keyText(this.#yaml.text, key);
      this.#visit(value, seen.has(name) ? { ...place, shadowed: true } : place, objects);
      seen.add(name);
    }
  }

  /** The comments on a scalar's line are read as one text; those above it only when there are none. */
  #judge(scalar: ScalarNode, place: Place): void {
    const { lineComments, headComments } = scalar;
    if (lineComments.length === 0 && headComments.length === 0) return;
    const read = lineComments.length > 0 ? lineComments : headComments;
    if (read === lineComments) this.#assign(headComments, 'passed-over');
    const found = readMarkerText(decode(read.map(({ text }) => text).join('\n')));
    if (found.kind !== 'marker') return this.#assign(read, 'one-of-many');
    if (place.shadowed) return this.#assign(read, 'shadowed');
    this.#assign(read, 'marker');
    const { document, object } = place;
    this.marked.push({ target: found.target, scalar, document, object });
  }

  #assign(comments: readonly Comment[], role: CommentRole): void {
    for (const comment of comments) this.roles.set(comment, role);
  }
}
