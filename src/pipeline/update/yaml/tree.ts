import type { BlockLayout, Comment, ScalarStyle } from './token.ts';

/** A tag or an anchor, as it is written. */
export interface Property {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The tag and the anchor of a node. */
export interface Properties {
  readonly tag?: Property;
  readonly anchor?: Property;
}

interface NodeBase {
  /** Offset of the node's first byte, without tag and anchor. */
  readonly start: number;
  readonly end: number;
  readonly properties: Properties;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly style: ScalarStyle;
  readonly inFlow: boolean;
  readonly block?: BlockLayout | undefined;
  /** Comments on the scalar's line. Flux tries these first, and the others only when there are none. */
  readonly lineComments: readonly Comment[];
  readonly headComments: readonly Comment[];
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface SeqNode extends NodeBase {
  readonly kind: 'seq';
  readonly items: readonly YamlNode[];
}

export interface AliasNode extends NodeBase {
  readonly kind: 'alias';
  readonly target: YamlNode;
}

export type YamlNode = ScalarNode | MapNode | SeqNode | AliasNode;

/** What took a comment. Comments that nothing took belong to what stands above them. */
export type CommentTaker =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'key'; readonly value: YamlNode }
  | {
      readonly kind: 'alias' | 'block' | 'opening-bracket' | 'closing-bracket' | 'block-end' | 'document-end';
    };

/** The documents of a file by their roots, and what took each comment. */
export interface Tree {
  readonly roots: readonly YamlNode[];
  readonly takers: ReadonlyMap<Comment, CommentTaker>;
}
