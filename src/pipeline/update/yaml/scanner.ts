import { CommentCollector } from './comment-collector.ts';
import { Cursor } from './cursor.ts';
import { scanBlockScalar } from './scan-block-scalar.ts';
import { scanPlain, scanQuoted } from './scan-flow-scalar.ts';
import { scanAnchor, scanTag } from './scan-properties.ts';
import { TokenList } from './token-list.ts';
import type { Comment, Token, TokenType } from './token.ts';

/** All tokens and comments of a text, in order. */
export interface Scan {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
}

const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/**
 * Cuts a text into tokens, and tells what each comment belongs to, as Flux's YAML library does.
 *
 * Throws a SyntaxProblem where it cannot go on. Takes time in proportion to the length of the text.
 */
export function scan(text: string): Scan {
  return new Scanner(text).scan();
}

const PROPERTIES = { '!': 'tag', '&': 'anchor', '*': 'alias' } as const;

class Scanner {
  readonly #cursor: Cursor;
  readonly #list: TokenList;
  readonly #comments: CommentCollector;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
    this.#list = new TokenList(this.#cursor);
    this.#comments = new CommentCollector(this.#cursor, this.#list);
  }

  scan(): Scan {
    do this.#skipToToken();
    while (this.#nextToken());
    return { tokens: this.#list.tokens, comments: this.#comments.found };
  }

  /** Skips blanks, line breaks and comments. Tabs only where no key can start: they are no indentation. */
  #skipToToken(): void {
    const cursor = this.#cursor;
    const from = cursor.line;
    do {
      if (this.#atByteOrderMark()) cursor.startLine(BYTE_ORDER_MARK.length);
      if (this.#list.inFlow || !this.#list.keyAllowed) cursor.skipBlanks();
      else cursor.skipSpaces();
      if (cursor.code() === 0x23) this.#comments.takeRun(from);
      if (cursor.breakLength() > 0 && !this.#list.inFlow) this.#list.keyAllowed = true;
    } while (cursor.skipBreak());
  }

  /** A byte order mark may stand at the start of the file and, in files that were put together from others, right behind a separator. */
  #atByteOrderMark(): boolean {
    const cursor = this.#cursor;
    if (cursor.at !== cursor.lineStart || !cursor.text.startsWith(BYTE_ORDER_MARK, cursor.at)) return false;
    return (
      cursor.at === 0 ||
      (this.#list.last?.type === 'document-start' && cursor.line === this.#comments.contentLine + 1)
    );
  }

  /** Reads one token, and the comment behind it; false at the end of the text. */
  #nextToken(): boolean {
    const cursor = this.#cursor;
    if (cursor.done) return this.#endOfText();
    this.#list.closeBlocks(cursor.column);
    if (cursor.atDocumentIndicator()) return this.#documentIndicator();
    if (cursor.at === cursor.lineStart && cursor.code() === 0x25) return this.#directive();
    const char = cursor.text.charAt(cursor.at);
    const belongsToLast = char === (this.#list.inFlow ? ',' : ':');
    const from = belongsToLast ? (this.#list.last?.start ?? cursor.at) : cursor.at;
    this.#contentToken(char);
    this.#comments.takeBehind(from);
    return true;
  }

  #endOfText(): false {
    this.#list.closeBlocks(-1);
    this.#list.dropKey();
    this.#list.push('end', this.#cursor.at);
    return false;
  }

  #documentIndicator(): true {
    const { line } = this.#cursor;
    const type = this.#cursor.code() === 0x2d ? 'document-start' : 'document-end';
    if (type === 'document-start') this.#comments.separator(line);
    return this.#outsideBlocks(type, () => (this.#cursor.at += 3));
  }

  #directive(): true {
    return this.#outsideBlocks('directive', () => this.#cursor.skipToBreak());
  }

  #outsideBlocks(type: TokenType, skip: () => void): true {
    this.#list.closeBlocks(-1);
    this.#list.dropKey();
    this.#list.keyAllowed = false;
    this.#comments.contentLine = this.#cursor.line;
    const start = this.#cursor.at;
    skip();
    this.#list.push(type, start);
    return true;
  }

  #contentToken(char: string): void {
    const inFlow = this.#list.inFlow;
    const alone = this.#cursor.blankOrEnd(1);
    if (char === '[' || char === '{') this.#openFlow(char);
    else if (char === ']' || char === '}') this.#closeFlow(char);
    else if (char === ',') this.#flowEntry();
    else if (char === '-' && alone) this.#blockEntry();
    else if (char === '?' && (inFlow || alone)) this.#explicitKey();
    else if (char === ':' && (inFlow || alone)) this.#value();
    else if (char === '*' || char === '&' || char === '!') this.#property(char);
    else if ((char === '|' || char === '>') && !inFlow) this.#blockScalar(char);
    else if (char === "'" || char === '"') this.#quotedScalar(char);
    else this.#plainScalar(char);
  }

  #openFlow(char: '[' | '{'): void {
    this.#list.noteKey();
    this.#list.enterFlow();
    this.#list.keyAllowed = true;
    this.#indicator(char === '[' ? 'flow-seq' : 'flow-map');
  }

  #closeFlow(char: ']' | '}'): void {
    this.#list.dropKey();
    this.#list.leaveFlow();
    this.#list.keyAllowed = false;
    this.#indicator(char === ']' ? 'flow-seq-end' : 'flow-map-end');
  }

  #flowEntry(): void {
    this.#list.dropKey();
    this.#list.keyAllowed = true;
    this.#indicator('flow-entry');
  }

  #blockEntry(): void {
    this.#openBlockHere('block-seq', 'A list item stands where none can start.');
    this.#list.dropKey();
    this.#list.keyAllowed = true;
    this.#indicator('entry');
  }

  #explicitKey(): void {
    this.#openBlockHere('block-map', 'A key stands where none can start.');
    this.#list.dropKey();
    this.#list.keyAllowed = !this.#list.inFlow;
    this.#indicator('key');
  }

  #value(): void {
    if (this.#list.takeKey()) {
      this.#list.keyAllowed = false;
    } else {
      this.#openBlockHere(
        'block-map',
        'A second `: ` stands behind a value; quote the value, or put it on its own line.',
      );
      this.#list.keyAllowed = !this.#list.inFlow;
    }
    this.#indicator('value');
  }

  #openBlockHere(type: 'block-map' | 'block-seq', problem: string): void {
    if (this.#list.inFlow) return;
    if (!this.#list.keyAllowed) this.#cursor.fail(problem);
    this.#list.openBlock(type, this.#cursor.column);
  }

  #property(char: '*' | '&' | '!'): void {
    this.#list.noteKey();
    this.#list.keyAllowed = false;
    const start = this.#cursor.at;
    if (char === '!') scanTag(this.#cursor);
    else scanAnchor(this.#cursor);
    this.#list.push(PROPERTIES[char], start);
  }

  #blockScalar(char: '|' | '>'): void {
    this.#list.dropKey();
    this.#list.keyAllowed = true;
    const start = this.#cursor.at;
    const { comment, layout, contentLine } = scanBlockScalar(this.#cursor, this.#list.indent);
    if (comment) this.#comments.found.push(comment);
    this.#comments.contentLine = contentLine;
    this.#list.pushScalar(char === '|' ? 'literal' : 'folded', { start, end: this.#cursor.at }, layout);
  }

  #quotedScalar(char: '"' | "'"): void {
    this.#list.noteKey();
    this.#list.keyAllowed = false;
    const start = this.#cursor.at;
    scanQuoted(this.#cursor);
    this.#list.pushScalar(char === '"' ? 'double-quoted' : 'single-quoted', { start, end: this.#cursor.at });
  }

  #plainScalar(char: string): void {
    const cursor = this.#cursor;
    const { inFlow, indent } = this.#list;
    const possible = char === '-' || (!inFlow && (char === '?' || char === ':'));
    if (!possible && '-?:,[]{}#&*!|>\'"%@`\t'.includes(char)) {
      cursor.fail(
        char === '\t' ? 'A tab stands where only spaces can.' : `No value can start with ${char}; quote it.`,
      );
    }
    this.#list.noteKey();
    const start = cursor.at;
    // A key can follow only when a line break was read in search of more of the scalar.
    const end = scanPlain(cursor, { inFlow, indent: indent + 1 });
    this.#list.keyAllowed = end.line < cursor.line;
    this.#comments.contentLine = end.line;
    this.#list.pushScalar('plain', { start, end: end.at });
  }

  #indicator(type: TokenType): void {
    this.#cursor.at++;
    this.#list.push(type, this.#cursor.at - 1);
  }
}
