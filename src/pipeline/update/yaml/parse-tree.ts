import { SyntaxProblem } from './cursor.ts';
import {
  blockMap,
  blockSeq,
  dashes,
  emptyScalar,
  flowMap,
  flowSeq,
  NO_PROPERTIES,
  type Reading,
  type Site,
} from './parse-collections.ts';
import type { Scan } from './scanner.ts';
import { TokenReader } from './token-reader.ts';
import type { TokenType } from './token.ts';
import type { Property, Properties, ScalarNode, Tree, YamlNode } from './tree.ts';

/** Deeper than any file that people write; the limit keeps a hostile file from exhausting the stack. */
export const DEEPEST_NESTING = 1000;

/** What stands behind a document. */
const DOCUMENT_ENDS: readonly TokenType[] = ['directive', 'document-start', 'document-end', 'end'];

/** Thrown when a file nests deeper than DEEPEST_NESTING. */
export class TooDeep extends SyntaxProblem {}

/** Builds the documents of a file from its tokens, and hands each comment to the node that takes it, as Flux's YAML library does. */
export function parseTree(text: string, scanned: Scan): Tree {
  return new TreeParser(new TokenReader(text, scanned)).parse();
}

class TreeParser {
  readonly #reader: TokenReader;
  readonly #anchors = new Map<string, YamlNode>();
  #depth = 0;
  #flowDepth = 0;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  parse(): Tree {
    const roots: YamlNode[] = [];
    while (this.#startDocument()) {
      roots.push(this.#atDocumentEnd() ? emptyScalar(this.#reader.peek().start) : this.#node('block'));
      if (!this.#atDocumentEnd()) this.#reader.fail('Something stands behind the end of a document.');
      this.#reader.take({ kind: 'document-end' });
    }
    return { roots, takers: this.#reader.takers };
  }

  #atDocumentEnd(): boolean {
    return this.#reader.isOneOf(DOCUMENT_ENDS);
  }

  /** Goes to the content of the next document; false when there is none. */
  #startDocument(): boolean {
    const reader = this.#reader;
    while (reader.skipIf('document-end'));
    this.#anchors.clear();
    const directives = reader.is('directive');
    while (reader.skipIf('directive'));
    if (reader.skipIf('document-start')) return true;
    if (directives) reader.fail('A line that starts with % is not followed by ---.');
    return !reader.is('end');
  }

  readonly #node = (site: Site): YamlNode => {
    if (this.#reader.is('alias')) return this.#alias();
    if (++this.#depth > DEEPEST_NESTING)
      throw new TooDeep(`It nests deeper than ${DEEPEST_NESTING} levels.`, this.#reader.peek().start);
    const properties = this.#properties();
    const node = this.#content(site, properties);
    if (properties.anchor) this.#anchors.set(properties.anchor.text, node);
    this.#depth--;
    return node;
  };

  #alias(): YamlNode {
    this.#reader.take({ kind: 'alias' });
    const { start, end } = this.#reader.skip();
    const name = this.#reader.text.slice(start + 1, end);
    const target = this.#anchors.get(`&${name}`);
    if (!target) throw new SyntaxProblem(`No anchor &${name} stands above the alias *${name}.`, start);
    return { kind: 'alias', start, end, target, properties: NO_PROPERTIES };
  }

  /** Reads tag and anchor, in either order, each at most once. */
  #properties(): Properties {
    let found: { tag?: Property; anchor?: Property } = NO_PROPERTIES;
    for (;;) {
      const { type, start, end } = this.#reader.peek();
      if ((type !== 'tag' && type !== 'anchor') || found[type]) return found;
      found = { ...found, [type]: { text: this.#reader.text.slice(start, end), start, end } };
      this.#reader.skip();
    }
  }

  #content(site: Site, properties: Properties): YamlNode {
    const { type, start } = this.#reader.peek();
    if (type === 'scalar') return this.#scalar(properties);
    const reading: Reading = { reader: this.#reader, properties, node: this.#node };
    if (type === 'flow-seq') return this.#inFlow(() => flowSeq(reading));
    if (type === 'flow-map') return this.#inFlow(() => flowMap(reading));
    if (type === 'block-seq' && site !== 'flow') return blockSeq(reading);
    if (type === 'block-map' && site !== 'flow') return blockMap(reading);
    if (type === 'entry' && site === 'block-or-dashes') return dashes(reading);
    if (properties.tag || properties.anchor) return emptyScalar(start, properties);
    return this.#reader.fail('A value is missing here.');
  }

  #inFlow(read: () => YamlNode): YamlNode {
    this.#flowDepth++;
    const node = read();
    this.#flowDepth--;
    return node;
  }

  #scalar(properties: Properties): ScalarNode {
    const { line, head } = this.#reader.take({ kind: 'scalar' });
    const { start, end, style = 'plain', block } = this.#reader.skip();
    return {
      kind: 'scalar',
      style,
      inFlow: this.#flowDepth > 0,
      block,
      start,
      end,
      properties,
      lineComments: line,
      headComments: head,
    };
  }
}
