import type { Comment, Token } from './token.ts';
import type { CommentTaker } from './tree.ts';

/** Comments that were passed and that no node has taken yet. */
export interface TakenComments {
  readonly line: readonly Comment[];
  readonly head: readonly Comment[];
}

const NOTHING: TakenComments = { line: [], head: [] };

/**
 * Hands comments to nodes as Flux's YAML library does.
 *
 * A comment waits until a token at or behind its place is looked at; from then on the next node that takes comments has it.
 * Block starts and empty values take none, so that a comment on one of those can end up at what follows.
 */
export class PendingComments {
  readonly takers = new Map<Comment, CommentTaker>();
  readonly #queue: readonly Comment[];
  #next = 0;
  #line: Comment[] = [];
  #head: Comment[] = [];

  constructor(comments: readonly Comment[]) {
    this.#queue = comments;
  }

  get headCount(): number {
    return this.#head.length;
  }

  /** Makes the comments that stand before `token` available. The head of a node waits when all that comes is the end of a block. */
  reach(token: Token): void {
    for (;;) {
      const comment = this.#queue[this.#next];
      if (!comment || comment.from > token.start) return;
      if (comment.place === 'head' && token.type === 'block-end') return;
      if (comment.place === 'head') this.#head.push(comment);
      if (comment.place === 'line') this.#line.push(comment);
      this.#next++;
    }
  }

  /** Takes what is available. */
  take(taker: CommentTaker): TakenComments {
    if (this.#line.length === 0 && this.#head.length === 0) return NOTHING;
    const taken = { line: this.#line, head: this.#head };
    this.#line = [];
    this.#head = [];
    this.assign(taken.line, taker);
    this.assign(taken.head, taker);
    return taken;
  }

  /** Takes the first `count` head comments for a block: they stand above the dash of an item that is a mapping or a list. */
  takeForBlock(count: number): void {
    this.assign(this.#head.splice(0, count), { kind: 'block' });
  }

  /** Tells what took these comments. */
  assign(comments: readonly Comment[], taker: CommentTaker): void {
    for (const comment of comments) this.takers.set(comment, taker);
  }
}
