import { quote } from '../quote.ts';
import { ExpressionParser } from './expression-parser.ts';
import type { ParsePlace } from './expression-parser.ts';
import type { Node, PipeNode } from './node.ts';
import type { Token } from './lexer.ts';
import type { ParseOptions } from './template.ts';
import type { TokenStream } from './token-stream.ts';
import { unquote } from './unquote.ts';

type BlockEnd =
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'else'; readonly at: number };

/** What a block begins with, and where. */
interface Opener {
  readonly word: string;
  readonly at: number;
}

/** Parses one template: the text itself, or one definition in it. They share tokens and the set of templates. */
export class TemplateParser {
  readonly #tokens: TokenStream;
  readonly #options: ParseOptions;
  readonly #templates: Map<string, readonly Node[]>;
  readonly #expressions: ExpressionParser;
  readonly #place: ParsePlace = { variables: ['$'], depth: 0 };
  #ranges = 0;

  constructor(tokens: TokenStream, options: ParseOptions, templates: Map<string, readonly Node[]>) {
    this.#tokens = tokens;
    this.#options = options;
    this.#templates = templates;
    this.#expressions = new ExpressionParser(tokens, {
      hasFunction: options.hasFunction,
      maxDepth: options.limits.depth,
      place: this.#place,
    });
  }

  parseAll(): void {
    const nodes: Node[] = [];
    while (this.#tokens.peek().kind !== 'end of file') {
      if (this.#atDefine()) {
        this.#definition();
        continue;
      }
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') {
        this.#tokens.fail(`unexpected {{${node.kind}}}`, node.at);
      }
      nodes.push(node);
    }
    this.#add(this.#options.name, nodes, 0);
  }

  /** Parses a body up to its end, without an else, and adds it to the set. The name has been read. */
  parseBody(name: string, context: string, at: number): void {
    const [nodes, end] = this.#block({ word: context.split(' ')[0] ?? context, at });
    if (end.kind !== 'end') this.#tokens.fail(`unexpected {{else}} in ${context}`, end.at);
    this.#add(name, nodes, at);
  }

  #atDefine(): boolean {
    if (this.#tokens.peek().kind !== 'left') return false;
    const word = this.#tokens.peekPast('left');
    return word.kind === 'keyword' && word.text === 'define';
  }

  #definition(): void {
    this.#tokens.next();
    this.#tokens.nextWord();
    const [name, at] = this.#templateName('define clause');
    this.#tokens.expect('right', 'define clause');
    this.#nested().parseBody(name, 'define clause', at);
  }

  /** A definition sees no variables from outside, but is as deep as the place where it stands. */
  #nested(): TemplateParser {
    const parser = new TemplateParser(this.#tokens, this.#options, this.#templates);
    parser.#place.depth = this.#place.depth;
    return parser;
  }

  /** An empty template gives way to one of the same name; two with a content clash. */
  #add(name: string, nodes: readonly Node[], at: number): void {
    const existing = this.#templates.get(name);
    if (existing === undefined || isEmpty(existing)) this.#templates.set(name, nodes);
    else if (!isEmpty(nodes)) this.#tokens.fail(`multiple definition of template ${quote(name)}`, at);
  }

  #block(opener: Opener): readonly [readonly Node[], BlockEnd] {
    const nodes: Node[] = [];
    while (this.#tokens.peekWord().kind !== 'end of file') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return [nodes, node];
      nodes.push(node);
    }
    const line = this.#tokens.lineOf(opener.at);
    return this.#tokens.fail(
      `unexpected end of the template: {{${opener.word}}} of line ${line} has no {{end}}`,
      this.#tokens.peek().at,
    );
  }

  #textOrAction(): Node | BlockEnd {
    const token = this.#tokens.nextWord();
    if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text };
    if (token.kind !== 'left') this.#tokens.unexpected(token, 'input');
    const first = this.#tokens.peekWord();
    if (first.kind !== 'keyword') {
      const pipe = this.#expressions.pipeline('command', 'right');
      return { kind: 'action', at: first.at, pipe };
    }
    return this.#control(this.#tokens.nextWord());
  }

  #control(token: Token): Node | BlockEnd {
    switch (token.text) {
      case 'block':
        return this.#blockControl(token);
      case 'break':
      case 'continue':
        return this.#loopControl(token.text, token.at);
      case 'else':
        return this.#elseControl(token);
      case 'end':
        this.#tokens.expect('right', 'end');
        return { kind: 'end', at: token.at };
      case 'if':
      case 'with':
        return this.#branch(token.text, token.at);
      case 'range':
        return this.#range(token.at);
      case 'template':
        return this.#templateCall();
      default:
        return this.#tokens.unexpected(token, 'command');
    }
  }

  #loopControl(kind: 'break' | 'continue', at: number): Node {
    this.#tokens.expect('right', `{{${kind}}}`);
    if (this.#ranges === 0) this.#tokens.fail(`{{${kind}}} outside {{range}}`, at);
    return { kind, at };
  }

  /** `else if` and `else with` leave their second word for `#otherwise`. */
  #elseControl(token: Token): BlockEnd {
    const next = this.#tokens.peekWord();
    const goesOn = next.kind === 'keyword' && (next.text === 'if' || next.text === 'with');
    if (!goesOn) this.#tokens.expect('right', 'else');
    return { kind: 'else', at: token.at };
  }

  #branch(kind: 'if' | 'with', at: number): Node {
    return this.#scoped(at, () => {
      const pipe = this.#expressions.pipeline(kind, 'right');
      const [body, end] = this.#block({ word: kind, at });
      return { kind, at: pipe.at, pipe, body, otherwise: this.#otherwise({ word: kind, at }, end) };
    });
  }

  #range(at: number): Node {
    return this.#scoped(at, () => {
      const pipe = this.#expressions.pipeline('range', 'right');
      this.#ranges++;
      const [body, end] = this.#block({ word: 'range', at });
      this.#ranges--;
      return {
        kind: 'range',
        at: pipe.at,
        pipe,
        body,
        otherwise: this.#otherwise({ word: 'range', at }, end),
      };
    });
  }

  #otherwise(opener: Opener, end: BlockEnd): readonly Node[] | undefined {
    if (end.kind === 'end') return undefined;
    const next = this.#tokens.peek();
    const { word } = opener;
    if ((word === 'if' || word === 'with') && next.kind === 'keyword' && next.text === word) {
      this.#tokens.next();
      return [this.#branch(word, next.at)];
    }
    const [nodes, last] = this.#block(opener);
    if (last.kind !== 'end') this.#tokens.fail('expected {{end}}, found a second {{else}}', last.at);
    return nodes;
  }

  /** Forgets the variables that were declared inside when the block ends. */
  #scoped(at: number, parse: () => Node): Node {
    const count = this.#place.variables.length;
    this.#expressions.enter(at);
    const node = parse();
    this.#place.depth--;
    this.#place.variables.length = count;
    return node;
  }

  #blockControl(token: Token): Node {
    const [name, at] = this.#templateName('block clause');
    const pipe = this.#expressions.pipeline('block clause', 'right');
    this.#expressions.enter(token.at);
    this.#nested().parseBody(name, 'block clause', at);
    this.#place.depth--;
    return { kind: 'template', at, name, pipe };
  }

  #templateCall(): Node {
    const [name, at] = this.#templateName('template clause');
    let pipe: PipeNode | undefined;
    if (this.#tokens.peekWord().kind === 'right') this.#tokens.nextWord();
    else pipe = this.#expressions.pipeline('template clause', 'right');
    return { kind: 'template', at, name, pipe };
  }

  #templateName(context: string): readonly [string, number] {
    const token = this.#tokens.nextWord();
    if (token.kind !== 'string' && token.kind !== 'rawString') this.#tokens.unexpected(token, context);
    const name = unquote(token.text);
    if (name === undefined) this.#tokens.fail('invalid syntax in a string', token.at);
    return [name, token.at];
  }
}

/** True when there is nothing but space. */
function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
}
