import { quote } from '../quote.ts';
import { placeAt, TemplateError } from './template-error.ts';

export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'leftParen'
  | 'rightParen'
  | 'char'
  | 'string'
  | 'rawString'
  | 'charConstant'
  | 'number'
  | 'bool'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'dot'
  | 'nil'
  | 'keyword'
  | 'end of file';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the template. */
  readonly at: number;
}

const LEFT = '{{';
const RIGHT = '}}';

const KEYWORDS = new Set([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
]);

const SPACES = /[ \t\r\n]+/y;
const TRAILING_SPACES = /[ \t\r\n]+$/;
const LEFT_TRIM = /-[ \t\r\n]/y;
const RIGHT_TRIM = /[ \t\r\n]-\}\}/y;
const COMMENT = /(?:-[ \t\r\n])?\/\*/y;
const COMMENT_END = /(?:\}\}|[ \t\r\n]-\}\}[ \t\r\n]*)/y;
const ASCII_WORD = /[_A-Za-z0-9]*/y;
const WORD = /[_\p{L}\p{Nd}]*/uy;
const TERMINATOR = /[ \t\r\n.,|:()]|\}\}|$/y;
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

const LITERALS: readonly {
  readonly kind: TokenKind;
  readonly opener: string;
  readonly pattern: RegExp;
  readonly name: string;
}[] = [
  { kind: 'string', opener: '"', pattern: /"(?:[^"\\\n]|\\[^\n])*"/y, name: 'quoted string' },
  { kind: 'rawString', opener: '`', pattern: /`[^`]*`/y, name: 'raw quoted string' },
  { kind: 'charConstant', opener: "'", pattern: /'(?:[^'\\\n]|\\[^\n])*'/y, name: 'character constant' },
];

const SIGNS: ReadonlyMap<string, TokenKind> = new Map([
  ['=', 'assign'],
  ['|', 'pipe'],
]);

/** Cuts a template into tokens, one at a time, so that the first mistake in the text is the one that is reported. */
export class Lexer {
  readonly #input: string;
  #at = 0;
  #insideAction = false;
  #parens = 0;

  constructor(input: string) {
    this.#input = input;
  }

  next(): Token {
    return this.#insideAction ? this.#action() : this.#text();
  }

  /** Text up to the next action, without what `{{- ` and ` -}}` trim; comments are left out. */
  #text(): Token {
    while (this.#at < this.#input.length) {
      const start = this.#at;
      const found = this.#input.indexOf(LEFT, start);
      const end = found < 0 ? this.#input.length : found;
      const trims = found >= 0 && this.#looksAt(LEFT_TRIM, found + LEFT.length) !== undefined;
      const raw = this.#input.slice(start, end);
      const text = trims ? raw.replace(TRAILING_SPACES, '') : raw;
      this.#at = end;
      if (text !== '') return { kind: 'text', text, at: start };
      if (found < 0) break;
      const comment = this.#looksAt(COMMENT, found + LEFT.length);
      if (comment === undefined) return this.#leftDelimiter(trims);
      this.#comment(found + LEFT.length + comment.length);
    }
    return { kind: 'end of file', text: '', at: this.#input.length };
  }

  #leftDelimiter(trims: boolean): Token {
    const at = this.#at;
    this.#at += LEFT.length + (trims ? 2 : 0);
    this.#insideAction = true;
    this.#parens = 0;
    return { kind: 'left', text: LEFT, at };
  }

  #comment(start: number): void {
    const end = this.#input.indexOf('*/', start);
    if (end < 0) this.#fail('unclosed comment', this.#at);
    const close = this.#looksAt(COMMENT_END, end + 2);
    if (close === undefined) this.#fail('a comment must be followed by the closing delimiter', end);
    this.#at = end + 2 + close.length;
  }

  #action(): Token {
    const trims = this.#looksAt(RIGHT_TRIM, this.#at) !== undefined;
    if (trims || this.#input.startsWith(RIGHT, this.#at)) return this.#rightDelimiter(trims);
    const at = this.#at;
    if (at >= this.#input.length) this.#fail('unclosed action', at);
    const spaces = this.#looksAt(SPACES, at);
    if (spaces !== undefined) return this.#space(spaces);
    const char = String.fromCodePoint(this.#input.codePointAt(at) ?? 0);
    const sign = SIGNS.get(char);
    if (sign !== undefined) return this.#take(sign, char);
    if (char === ':') return this.#declare();
    if (char === '(' || char === ')') return this.#paren(char);
    for (const literal of LITERALS) {
      if (literal.opener !== char) continue;
      const text = this.#looksAt(literal.pattern, at);
      if (text === undefined) this.#fail(`unterminated ${literal.name}`, at);
      return this.#take(literal.kind, text);
    }
    return this.#word(char);
  }

  #rightDelimiter(trims: boolean): Token {
    const at = this.#at;
    if (this.#parens > 0) this.#fail('unclosed left paren', at);
    this.#at += RIGHT.length + (trims ? 2 : 0);
    if (trims) this.#at += this.#looksAt(SPACES, this.#at)?.length ?? 0;
    this.#insideAction = false;
    return { kind: 'right', text: RIGHT, at };
  }

  /** A run of spaces, less the last one when that belongs to ` -}}`. */
  #space(spaces: string): Token {
    const last = this.#at + spaces.length - 1;
    const trims = this.#looksAt(RIGHT_TRIM, last) !== undefined;
    return this.#take('space', trims ? spaces.slice(0, -1) : spaces);
  }

  #declare(): Token {
    if (this.#input[this.#at + 1] !== '=') this.#fail('expected :=', this.#at);
    return this.#take('declare', ':=');
  }

  #paren(char: string): Token {
    this.#parens += char === '(' ? 1 : -1;
    if (this.#parens < 0) this.#fail('unexpected right paren', this.#at);
    return this.#take(char === '(' ? 'leftParen' : 'rightParen', char);
  }

  #word(char: string): Token {
    const following = this.#input[this.#at + 1] ?? '';
    if (char === '$' || (char === '.' && following !== '' && !/[0-9]/.test(following))) {
      return this.#fieldOrVariable(char);
    }
    if (/[-+.0-9]/.test(char)) return this.#number();
    if (/[_A-Za-z]/.test(char)) return this.#identifier();
    if (char > '\u007F' && /[\p{L}\p{Nd}]/u.test(char)) return this.#identifier();
    if (/[!-~]/.test(char)) return this.#take('char', char);
    return this.#fail(`unexpected character ${quote(char)} in an action`, this.#at);
  }

  #fieldOrVariable(opener: string): Token {
    const word = this.#name(this.#at + 1);
    const token = this.#take(opener === '$' ? 'variable' : 'field', opener + word);
    this.#expectTerminator();
    return token.text === '.' ? { ...token, kind: 'dot' } : token;
  }

  #identifier(): Token {
    const token = this.#take('identifier', this.#name(this.#at));
    this.#expectTerminator();
    if (KEYWORDS.has(token.text)) return { ...token, kind: 'keyword' };
    if (token.text === 'nil') return { ...token, kind: 'nil' };
    return token.text === 'true' || token.text === 'false' ? { ...token, kind: 'bool' } : token;
  }

  /** Letters, digits and underscores. Patterns with Unicode properties are slow to make, and hardly ever needed. */
  #name(at: number): string {
    const ascii = this.#looksAt(ASCII_WORD, at) ?? '';
    const next = this.#input.charCodeAt(at + ascii.length);
    return next > 0x7f ? (this.#looksAt(WORD, at) ?? '') : ascii;
  }

  #number(): Token {
    const token = this.#take('number', this.#looksAt(NUMBER, this.#at) ?? '');
    const rest = this.#name(this.#at);
    if (rest !== '') this.#fail(`bad number syntax: ${quote(token.text + rest)}`, token.at);
    const isComplex = token.text.endsWith('i') || this.#looksAt(/[+-]/y, this.#at) !== undefined;
    if (isComplex) this.#fail(`complex numbers are not supported: ${quote(token.text)}`, token.at);
    return token;
  }

  #expectTerminator(): void {
    if (this.#looksAt(TERMINATOR, this.#at) !== undefined) return;
    const char = String.fromCodePoint(this.#input.codePointAt(this.#at) ?? 0);
    this.#fail(`unexpected character ${quote(char)} after a name`, this.#at);
  }

  #take(kind: TokenKind, text: string): Token {
    const at = this.#at;
    this.#at += text.length;
    return { kind, text, at };
  }

  #looksAt(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#input)?.[0];
  }

  #fail(reason: string, at: number): never {
    throw new TemplateError('parse', placeAt(this.#input, at), { reason });
  }
}
