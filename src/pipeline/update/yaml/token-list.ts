import type { Cursor } from './cursor.ts';
import type { BlockLayout, ScalarStyle, Token, TokenType } from './token.ts';

/** What may turn out to be the key of a mapping, once a `:` is found behind it. */
interface SimpleKey {
  readonly token: number;
  readonly start: number;
  readonly line: number;
  readonly column: number;
  /** It can be nothing else: it stands where the keys of the open mapping stand. */
  readonly required: boolean;
}

const LONGEST_KEY = 1024;

/** The tokens read so far, with the blocks and flow collections that are open, and the keys that are possible. */
export class TokenList {
  readonly tokens: Token[] = [];
  /** True where a key can start: at the start of a line, behind `-`, `?`, `[`, `{` and `,`. */
  keyAllowed = true;
  /** Column of the innermost open block; -1 outside of all. */
  indent = -1;
  readonly #cursor: Cursor;
  readonly #indents: number[] = [];
  /** One for each open flow collection, and one for the block around them. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  get inFlow(): boolean {
    return this.#keys.length > 1;
  }

  get last(): Token | undefined {
    return this.tokens.at(-1);
  }

  /** Adds a token that goes from `start` to the cursor. */
  push(type: TokenType, start: number, end = this.#cursor.at): void {
    this.tokens.push({ type, start, end, style: undefined, block: undefined });
  }

  pushScalar(
    style: ScalarStyle,
    range: { readonly start: number; readonly end: number },
    block?: BlockLayout,
  ): void {
    this.tokens.push({ type: 'scalar', start: range.start, end: range.end, style, block });
  }

  /** Opens a block at `column`, unless it is open already; its token goes before the token numbered `before`. */
  openBlock(type: 'block-map' | 'block-seq', column: number, before = this.tokens.length): void {
    if (this.inFlow || this.indent >= column) return;
    this.#indents.push(this.indent);
    this.indent = column;
    const start = this.tokens[before]?.start ?? this.#cursor.at;
    this.#insert(before, type, start);
  }

  /** Closes the blocks that are indented more than `column`. */
  closeBlocks(column: number): void {
    if (this.inFlow) return;
    while (this.indent > column) {
      const end = this.last?.end ?? 0;
      this.push('block-end', end, end);
      this.indent = this.#indents.pop() ?? -1;
    }
  }

  /** Puts a token without extent before the one numbered `before`, which is among the last few. */
  #insert(before: number, type: TokenType, start: number): void {
    this.tokens.splice(before, 0, { type, start, end: start, style: undefined, block: undefined });
  }

  enterFlow(): void {
    this.#keys.push(undefined);
  }

  leaveFlow(): void {
    if (this.inFlow) this.#keys.pop();
  }

  /** Remembers that what starts at the cursor may be a key. */
  noteKey(): void {
    if (!this.keyAllowed) return;
    this.dropKey();
    const { at, line, column } = this.#cursor;
    const required = !this.inFlow && this.indent === column;
    this.#keys[this.#keys.length - 1] = { token: this.tokens.length, start: at, line, column, required };
  }

  /** Forgets the possible key: something came that no key can have before its `:`. */
  dropKey(): void {
    const key = this.#keys.at(-1);
    if (key?.required) this.#cursor.fail('A key has no `:` behind it on its line.', key.start);
    this.#keys[this.#keys.length - 1] = undefined;
  }

  /** Makes the possible key one, for the `:` at the cursor; false when there is none on this line. */
  takeKey(): boolean {
    const key = this.#keys.at(-1);
    if (!key) return false;
    const near = key.line === this.#cursor.line && this.#cursor.column - key.column <= LONGEST_KEY;
    if (!near) {
      this.dropKey();
      return false;
    }
    this.#keys[this.#keys.length - 1] = undefined;
    this.#insert(key.token, 'key', key.start);
    this.openBlock('block-map', key.column, key.token);
    return true;
  }
}
