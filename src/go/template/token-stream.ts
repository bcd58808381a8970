import { quote } from '../quote.ts';
import { Lexer } from './lexer.ts';
import type { Token, TokenKind } from './lexer.ts';
import { placeAt, TemplateError } from './template-error.ts';

/** The tokens of a template, read as they are needed, with as much look-ahead as asked for. */
export class TokenStream {
  readonly #text: string;
  readonly #lexer: Lexer;
  readonly #ahead: Token[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#lexer = new Lexer(text);
  }

  next(): Token {
    return this.#ahead.shift() ?? this.#lexer.next();
  }

  peek(): Token {
    return this.#at(0);
  }

  /** The next token that is no space. */
  nextWord(): Token {
    this.#skipSpace();
    return this.next();
  }

  /** The next token that is no space, not taken; the spaces before it are. */
  peekWord(): Token {
    this.#skipSpace();
    return this.peek();
  }

  /** The token after the next one, which is of this kind, and after spaces; nothing is taken. */
  peekPast(kind: TokenKind): Token {
    let index = this.peek().kind === kind ? 1 : 0;
    while (this.#at(index).kind === 'space') index++;
    return this.#at(index);
  }

  /** Takes a token that must be of this kind. */
  expect(kind: TokenKind, context: string): Token {
    const token = this.nextWord();
    return token.kind === kind ? token : this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    const what = token.kind === 'end of file' ? 'end of the template' : quote(shorten(token.text));
    return this.fail(`unexpected ${what} in ${context}`, token.at);
  }

  lineOf(at: number): number {
    return placeAt(this.#text, at).line;
  }

  fail(reason: string, at: number): never {
    throw new TemplateError('parse', placeAt(this.#text, at), { reason });
  }

  #skipSpace(): void {
    while (this.peek().kind === 'space') this.next();
  }

  #at(index: number): Token {
    for (;;) {
      const token = this.#ahead[index];
      if (token !== undefined) return token;
      this.#ahead.push(this.#lexer.next());
    }
  }
}

function shorten(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)}...` : text;
}
