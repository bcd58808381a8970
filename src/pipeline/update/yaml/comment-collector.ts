import type { Cursor } from './cursor.ts';
import { type CommentSite, scanCommentRun, scanLineComment } from './scan-comments.ts';
import type { TokenList } from './token-list.ts';
import type { Comment } from './token.ts';

/** Takes the comments between the tokens of a file. */
export class CommentCollector {
  readonly found: Comment[] = [];
  /** The line of the last thing that is no comment. */
  contentLine = 0;
  readonly #cursor: Cursor;
  readonly #list: TokenList;
  /** The first line behind the last separator of documents. */
  #firstLine = 0;

  constructor(cursor: Cursor, list: TokenList) {
    this.#cursor = cursor;
    this.#list = list;
  }

  /** Notes a `---` on this line. Behind another one it starts no new text in Flux, which cuts files at such lines. */
  separator(line: number): void {
    if (line > this.#firstLine) this.#firstLine = line + 1;
  }

  /** Takes the comment behind the token that was just read; it belongs to what starts at `from`. */
  takeBehind(from: number): void {
    const { type, style } = this.#list.last ?? {};
    // A block text has its comment on its header.
    if (style === 'literal' || style === 'folded') return;
    if (style !== 'plain') this.contentLine = this.#cursor.line;
    // A dash has no comment of its own: what stands behind it is the head of its item.
    if (type === 'entry' || this.contentLine < this.#cursor.line) return;
    const comment = scanLineComment(this.#cursor, from);
    if (comment) this.found.push(comment);
  }

  /** Takes the comments that stand at the cursor on lines of their own. The search for the next token began on line `from`. */
  takeRun(from: number): void {
    for (const comment of scanCommentRun(this.#cursor, this.#site(from))) this.found.push(comment);
  }

  #site(from: number): CommentSite {
    const { tokens, last, inFlow, indent } = this.#list;
    const before = last?.type === 'flow-entry' ? tokens.at(-2) : last;
    const { line, column } = this.#cursor;
    const below = this.contentLine + (line === this.contentLine && column > 1 ? 2 : 1);
    return {
      indent: Math.max(indent, 0),
      inFlow,
      contentStart: before?.start ?? 0,
      blankSeen: line - this.contentLine > 1,
      // Nothing is a foot of what stands behind a colon, or of the first line, by being right below it.
      footLine: before?.type === 'value' || from <= this.#firstLine ? -1 : below,
    };
  }
}
