import { SyntaxProblem } from './cursor.ts';
import { PendingComments, type TakenComments } from './pending-comments.ts';
import type { Scan } from './scanner.ts';
import type { Comment, Token, TokenType } from './token.ts';
import type { CommentTaker, ScalarNode, YamlNode } from './tree.ts';

const BLOCKS: readonly TokenType[] = ['block-map', 'block-seq'];

/** Reads tokens one by one, and hands out the comments between them. */
export class TokenReader {
  readonly text: string;
  readonly #tokens: readonly Token[];
  readonly #comments: PendingComments;
  #next = 0;

  constructor(text: string, scanned: Scan) {
    this.text = text;
    this.#tokens = scanned.tokens;
    this.#comments = new PendingComments(scanned.comments);
  }

  get takers(): ReadonlyMap<Comment, CommentTaker> {
    return this.#comments.takers;
  }

  /** The token that comes. Comments that stand before it go to the next node that takes any. */
  peek(): Token {
    const token = this.#tokens[this.#next];
    if (!token) throw new SyntaxProblem('The file ends too early.', this.text.length);
    this.#comments.reach(token);
    return token;
  }

  is(type: TokenType): boolean {
    return this.peek().type === type;
  }

  isOneOf(types: readonly TokenType[]): boolean {
    return types.includes(this.peek().type);
  }

  skip(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  /** Goes past the token that comes if it is of this type. */
  skipIf(type: TokenType): boolean {
    if (this.peek().type !== type) return false;
    this.#next++;
    return true;
  }

  /** Goes past the dash of a list item. What stands above it belongs to the mapping or list that is the item, if it is one. */
  skipDash(): void {
    this.peek();
    const above = this.#comments.headCount;
    this.#next++;
    if (above > 0 && this.isOneOf(BLOCKS)) this.#comments.takeForBlock(above);
  }

  take(taker: CommentTaker): TakenComments {
    return this.#comments.take(taker);
  }

  /** Tells that the comments of a scalar are those of a key. */
  markKey(key: ScalarNode, value: YamlNode): void {
    for (const comment of [...key.lineComments, ...key.headComments])
      this.#comments.takers.set(comment, { kind: 'key', value });
  }

  fail(message: string): never {
    throw new SyntaxProblem(message, this.peek().start);
  }
}
