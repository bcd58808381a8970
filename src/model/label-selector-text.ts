import type { LabelRequirement, SelectorOperator } from './label-requirement.ts';
import { requirementProblem } from './label-requirement.ts';
import { keyProblem } from './label-syntax.ts';

type Parsed = { readonly requirements: readonly LabelRequirement[] } | { readonly error: string };

/** A token: a symbol, a word, or the end (both empty). */
interface Token {
  readonly symbol: string;
  readonly word: string;
}

const end: Token = { symbol: '', word: '' };
const binary: Readonly<Record<string, SelectorOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

/** The grammar of selector text, with Kubernetes' words about what does not fit it. */
export function parseRequirements(text: string): Parsed {
  try {
    return { requirements: new Parser(tokenize(text)).parse() };
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return { error: error.message };
    throw error;
  }
}

class SelectorSyntaxError extends Error {}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/(==|!=|[=!(),<>])|([^=!(),<>\s]+)/g)) {
    tokens.push({ symbol: match[1] ?? '', word: match[2] ?? '' });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): readonly LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    while (this.#peek() !== end) {
      if (!this.#startsRequirement()) this.#fail("!, identifier, or 'end of string'");
      requirements.push(this.#wrapped());
      const next = this.#take();
      if (next === end) break;
      if (next.symbol !== ',') this.#fail("',' or 'end of string'", next);
      if (!this.#startsRequirement()) this.#fail("identifier after ','");
    }
    return requirements;
  }

  #wrapped(): LabelRequirement {
    try {
      return this.#requirement();
    } catch (error) {
      if (error instanceof SelectorSyntaxError) {
        throw new SelectorSyntaxError(`unable to parse requirement: ${error.message}`);
      }
      throw error;
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().symbol === '!';
    if (negated) this.#take();
    const name = this.#take();
    if (name.word === '') this.#fail('identifier', name);
    const key = name.word;
    const problem = keyProblem(key);
    // Kubernetes has no path here, and prints that it has none.
    if (problem !== undefined) throw new SelectorSyntaxError(`<nil>: ${problem}`);
    if (negated) return checked({ key, operator: '!', values: [] });
    const next = this.#peek();
    if (next === end || next.symbol === ',') return checked({ key, operator: 'exists', values: [] });
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#set() : this.#exact();
    return checked({ key, operator, values: [...new Set(values)].toSorted() });
  }

  #operator(): SelectorOperator {
    const token = this.#take();
    const text = token.symbol + token.word;
    const operator = Object.hasOwn(binary, text) ? binary[text] : undefined;
    return operator ?? this.#fail('in, notin, =, ==, !=, gt, lt', token);
  }

  #exact(): readonly string[] {
    const next = this.#peek();
    if (next === end || next.symbol === ',') return [''];
    const token = this.#take();
    if (token.word === '') this.#fail('identifier', token);
    return [token.word];
  }

  /** `(a,b)`. An empty place between commas is an empty value. */
  #set(): readonly string[] {
    const open = this.#take();
    if (open.symbol !== '(') throw new SelectorSyntaxError(`found '${shown(open)}' expected: '('`);
    const first = this.#peek();
    if (first.symbol === ')') {
      this.#take();
      return [''];
    }
    if (first.word === '' && first.symbol !== ',') this.#fail("',', ')' or identifier");
    const values = this.#list();
    this.#take();
    return values;
  }

  #list(): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#take();
      const next = this.#peek();
      if (token.word !== '') {
        values.push(token.word);
        if (next.symbol === ')') return values;
        if (next.symbol !== ',') this.#fail("',' or ')'");
      } else if (token.symbol === ',') {
        if (values.length === 0 || next.symbol === ')' || next.symbol === ',') values.push('');
        if (next.symbol === ')') return values;
      } else {
        this.#fail("',', or identifier", token);
      }
    }
  }

  #startsRequirement(): boolean {
    const { symbol, word } = this.#peek();
    return word !== '' || symbol === '!';
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? end;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #fail(expected: string, found: Token = this.#peek()): never {
    throw new SelectorSyntaxError(`found '${shown(found)}', expected: ${expected}`);
  }
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const problem = requirementProblem(requirement);
  if (problem !== undefined) throw new SelectorSyntaxError(problem);
  return requirement;
}

function shown(token: Token): string {
  return token.symbol + token.word;
}
