import type { TokenReader } from './token-reader.ts';
import type { Comment, TokenType } from './token.ts';
import type { MapEntry, MapNode, Properties, ScalarNode, SeqNode, YamlNode } from './tree.ts';

/** Which forms of a node are allowed where one is expected. Behind the `:` of a key, dashes may stand as far left as the key. */
export type Site = 'flow' | 'block' | 'block-or-dashes';

/** Reads one node: the caller's function, since nodes contain nodes. */
export type ReadNode = (site: Site) => YamlNode;

/** What is needed to read a collection. The reader is at its first token. */
export interface Reading {
  readonly reader: TokenReader;
  readonly properties: Properties;
  readonly node: ReadNode;
}

/** What may stand where a value could, when there is none. */
const AFTER_DASH: readonly TokenType[] = ['entry', 'block-end'];
const AFTER_LOOSE_DASH: readonly TokenType[] = ['entry', 'key', 'value', 'block-end'];
const AFTER_BLOCK_KEY: readonly TokenType[] = ['key', 'value', 'block-end'];
const AFTER_FLOW_KEY: readonly TokenType[] = ['value', 'flow-entry', 'flow-seq-end', 'flow-map-end'];
const AFTER_FLOW_COLON: readonly TokenType[] = ['flow-entry', 'flow-seq-end', 'flow-map-end'];

export const NO_PROPERTIES: Properties = {};
const NO_COMMENTS: readonly Comment[] = [];

/** A value that is not there; it takes no comments. */
export function emptyScalar(at: number, properties = NO_PROPERTIES): ScalarNode {
  return {
    kind: 'scalar',
    style: 'empty',
    inFlow: false,
    start: at,
    end: at,
    properties,
    lineComments: NO_COMMENTS,
    headComments: NO_COMMENTS,
  };
}

export function blockSeq({ reader, properties, node }: Reading): SeqNode {
  const { start } = reader.skip();
  const items: YamlNode[] = [];
  while (reader.is('entry')) {
    const { end } = reader.peek();
    reader.skipDash();
    items.push(reader.isOneOf(AFTER_DASH) ? emptyScalar(end) : node('block'));
  }
  if (!reader.is('block-end')) reader.fail('A list item starts with `-`; this does not.');
  return { kind: 'seq', items, start, end: reader.skip().end, properties };
}

/** A list whose dashes stand as far left as the key above it: it has no tokens of its own for start and end. */
export function dashes({ reader, properties, node }: Reading): SeqNode {
  const { start } = reader.peek();
  const items: YamlNode[] = [];
  while (reader.is('entry')) {
    const { end } = reader.peek();
    reader.skipDash();
    items.push(reader.isOneOf(AFTER_LOOSE_DASH) ? emptyScalar(end) : node('block'));
  }
  return { kind: 'seq', items, start, end: reader.peek().start, properties };
}

export function blockMap({ reader, properties, node }: Reading): MapNode {
  const { start } = reader.skip();
  const entries: MapEntry[] = [];
  while (reader.is('key')) {
    const { end } = reader.skip();
    const key = reader.isOneOf(AFTER_BLOCK_KEY) ? emptyScalar(end) : node('block-or-dashes');
    entries.push(entry(reader, key, blockValue(reader, node)));
  }
  if (!reader.is('block-end')) reader.fail('A key is expected here: check the indentation.');
  reader.take({ kind: 'block-end' });
  return { kind: 'map', entries, start, end: reader.skip().end, properties };
}

function blockValue(reader: TokenReader, node: ReadNode): YamlNode {
  const { end } = reader.peek();
  if (!reader.skipIf('value')) return emptyScalar(reader.peek().start);
  return reader.isOneOf(AFTER_BLOCK_KEY) ? emptyScalar(end) : node('block-or-dashes');
}

function entry(reader: TokenReader, key: YamlNode, value: YamlNode): MapEntry {
  if (key.kind === 'scalar') reader.markKey(key, value);
  return { key, value };
}

export function flowSeq({ reader, properties, node }: Reading): SeqNode {
  reader.take({ kind: 'opening-bracket' });
  const { start } = reader.skip();
  const items: YamlNode[] = [];
  while (!reader.is('flow-seq-end')) {
    if (items.length > 0 && !nextEntry(reader, 'flow-seq-end')) break;
    items.push(reader.is('key') ? pairInSeq(reader, node) : node('flow'));
  }
  reader.take({ kind: 'closing-bracket' });
  return { kind: 'seq', items, start, end: reader.skip().end, properties };
}

/** `[key: value]`: a mapping of one pair, without braces. */
function pairInSeq(reader: TokenReader, node: ReadNode): MapNode {
  const { start } = reader.skip();
  const key = reader.isOneOf(AFTER_FLOW_KEY) ? emptyScalar(start) : node('flow');
  const pair = entry(reader, key, flowValue(reader, node));
  return { kind: 'map', entries: [pair], start, end: reader.peek().start, properties: NO_PROPERTIES };
}

export function flowMap({ reader, properties, node }: Reading): MapNode {
  reader.take({ kind: 'opening-bracket' });
  const { start } = reader.skip();
  const entries: MapEntry[] = [];
  while (!reader.is('flow-map-end')) {
    if (entries.length > 0 && !nextEntry(reader, 'flow-map-end')) break;
    entries.push(reader.skipIf('key') ? pairInMap(reader, node) : keyAlone(reader, node));
  }
  reader.take({ kind: 'closing-bracket' });
  return { kind: 'map', entries, start, end: reader.skip().end, properties };
}

function pairInMap(reader: TokenReader, node: ReadNode): MapEntry {
  const key = reader.isOneOf(AFTER_FLOW_KEY) ? emptyScalar(reader.peek().start) : node('flow');
  return entry(reader, key, flowValue(reader, node));
}

/** `{key}`: a key without a colon. */
function keyAlone(reader: TokenReader, node: ReadNode): MapEntry {
  const key = node('flow');
  return entry(reader, key, emptyScalar(reader.peek().start));
}

function flowValue(reader: TokenReader, node: ReadNode): YamlNode {
  if (!reader.skipIf('value') || reader.isOneOf(AFTER_FLOW_COLON)) return emptyScalar(reader.peek().start);
  return node('flow');
}

/** Goes past the comma between two entries; false when the collection ends behind it. */
function nextEntry(reader: TokenReader, end: TokenType): boolean {
  if (!reader.skipIf('flow-entry'))
    reader.fail(`A comma or the closing ${end === 'flow-seq-end' ? ']' : '}'} is missing here.`);
  return !reader.is(end);
}
