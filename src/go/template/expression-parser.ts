import { quote } from '../quote.ts';
import type { CommandNode, Expression, PipeNode } from './node.ts';
import { nodeText } from './node.ts';
import type { Token, TokenKind } from './lexer.ts';
import { readNumber } from './number-literal.ts';
import type { TokenStream } from './token-stream.ts';
import { unquote, unquoteChar } from './unquote.ts';

/** Where the parser stands: the variables that exist there, and how deeply it is nested. */
export interface ParsePlace {
  readonly variables: string[];
  depth: number;
}

interface ExpressionOptions {
  readonly hasFunction: (name: string) => boolean;
  readonly maxDepth: number;
  readonly place: ParsePlace;
}

/** How the kinds of pipelines are called in messages. */
export type PipelineContext =
  | 'command'
  | 'if'
  | 'with'
  | 'range'
  | 'block clause'
  | 'template clause'
  | 'parenthesized pipeline';

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'charConstant',
  'dot',
  'field',
  'identifier',
  'leftParen',
  'nil',
  'number',
  'rawString',
  'string',
  'variable',
]);

const NOT_CALLABLE: ReadonlySet<Expression['kind']> = new Set<Expression['kind']>([
  'bool',
  'dot',
  'nil',
  'number',
  'string',
]);

/** Parses what stands inside an action. */
export class ExpressionParser {
  readonly #tokens: TokenStream;
  readonly #options: ExpressionOptions;

  constructor(tokens: TokenStream, options: ExpressionOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  /** Goes one level deeper; the caller comes back up. */
  enter(at: number): void {
    const { place, maxDepth } = this.#options;
    if (++place.depth > maxDepth) {
      this.#tokens.fail(`the template is nested more than ${maxDepth} levels deep`, at);
    }
  }

  /** `$x, $y := command | command`, with its closing token. */
  pipeline(context: PipelineContext, end: TokenKind): PipeNode {
    const at = this.#tokens.peekWord().at;
    const { variables, assigns } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (let token = this.#tokens.peekWord(); token.kind !== end; token = this.#tokens.peekWord()) {
      if (!OPERANDS.has(token.kind)) this.#tokens.unexpected(token, context);
      commands.push(this.#command());
    }
    const last = this.#tokens.next();
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`, last.at);
    this.#checkStages(commands);
    return { kind: 'pipe', at, variables, assigns, commands };
  }

  /** Only the first stage of a pipeline may be a plain value. */
  #checkStages(commands: readonly CommandNode[]): void {
    for (const [index, command] of commands.entries()) {
      if (index === 0 || !NOT_CALLABLE.has(command.first.kind)) continue;
      this.#tokens.fail(
        `${nodeText(command.first)} is no function: non executable command in pipeline stage ${index + 1}`,
        command.at,
      );
    }
  }

  #declarations(context: PipelineContext): { variables: readonly string[]; assigns: boolean } {
    const variables: string[] = [];
    for (;;) {
      const variable = this.#tokens.peekWord();
      if (variable.kind !== 'variable') return { variables, assigns: false };
      const after = this.#tokens.peekPast('variable');
      if (after.kind === 'assign' || after.kind === 'declare') {
        this.#declare(variables, variable.text);
        return { variables, assigns: after.kind === 'assign' };
      }
      if (after.kind !== 'char' || after.text !== ',') return { variables, assigns: false };
      this.#declare(variables, variable.text);
      this.#checkSecond(context, variables.length, after);
    }
  }

  /** Takes the variable and the sign after it. */
  #declare(variables: string[], name: string): void {
    this.#tokens.next();
    this.#tokens.nextWord();
    variables.push(name);
    this.#options.place.variables.push(name);
  }

  #checkSecond(context: PipelineContext, count: number, comma: Token): void {
    if (context !== 'range' || count > 1) {
      this.#tokens.fail(`too many declarations in ${context}`, comma.at);
    }
    const next = this.#tokens.peekWord();
    if (!['variable', 'right', 'rightParen'].includes(next.kind)) {
      this.#tokens.fail('range can only initialize variables', next.at);
    }
  }

  /** Operands up to a pipe sign, which is taken, or to the end of the pipeline, which is not. */
  #command(): CommandNode {
    const at = this.#tokens.peekWord().at;
    const operands: Expression[] = [];
    for (;;) {
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#tokens.peek();
      if (token.kind === 'right' || token.kind === 'rightParen') break;
      this.#tokens.next();
      if (token.kind === 'pipe') break;
      if (token.kind !== 'space') this.#tokens.unexpected(token, 'operand');
      this.#tokens.peekWord();
    }
    const [first, ...rest] = operands;
    if (first === undefined) return this.#tokens.fail('empty command', at);
    return { kind: 'command', at, first, rest };
  }

  /** A term with the fields that follow it directly, undefined when there is none. */
  #operand(): Expression | undefined {
    const term = this.#term();
    if (term === undefined || this.#tokens.peek().kind !== 'field') return term;
    const { at } = this.#tokens.peek();
    const names: string[] = [];
    while (this.#tokens.peek().kind === 'field') names.push(this.#tokens.next().text.slice(1));
    if (term.kind === 'field') return { ...term, names: [...term.names, ...names] };
    if (term.kind === 'variable') return { ...term, names: [...term.names, ...names] };
    if (NOT_CALLABLE.has(term.kind)) {
      this.#tokens.fail(`unexpected . after term ${quote(nodeText(term))}`, at);
    }
    return { kind: 'chain', at: term.at, base: term, names };
  }

  #term(): Expression | undefined {
    const token = this.#tokens.peekWord();
    if (!OPERANDS.has(token.kind)) return undefined;
    this.#tokens.next();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#options.hasFunction(text)) this.#tokens.fail(`function ${quote(text)} not defined`, at);
        return { kind: 'identifier', at, name: text };
      case 'dot':
        return { kind: 'dot', at };
      case 'nil':
        return { kind: 'nil', at };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] };
      case 'leftParen':
        return this.#parenthesized(at);
      case 'variable':
        return this.#variable(token);
      case 'string':
      case 'rawString':
        return this.#string(token);
      default:
        return this.#number(token);
    }
  }

  #parenthesized(at: number): Expression {
    this.enter(at);
    const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
    this.#options.place.depth--;
    return pipe;
  }

  #variable({ text, at }: Token): Expression {
    if (this.#options.place.variables.lastIndexOf(text) < 0) {
      this.#tokens.fail(`undefined variable ${quote(text)}`, at);
    }
    return { kind: 'variable', at, name: text, names: [] };
  }

  #string({ text, at }: Token): Expression {
    const value = unquote(text);
    if (value === undefined) return this.#tokens.fail(`invalid escape in the string ${text}`, at);
    return { kind: 'string', at, text, value };
  }

  #number({ kind, text, at }: Token): Expression {
    if (kind === 'charConstant') {
      const code = unquoteChar(text);
      if (code === undefined) return this.#tokens.fail(`malformed character constant: ${text}`, at);
      const value = BigInt(code);
      return { kind: 'number', at, text, number: { int: value, uint: value, float: code } };
    }
    const number = readNumber(text);
    if (typeof number === 'string') return this.#tokens.fail(number, at);
    return { kind: 'number', at, text, number };
  }
}
