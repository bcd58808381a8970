import { RE2JS, RE2JSSyntaxException } from 're2js';
import { fillTemplate, parseTemplate } from './expand.ts';
import type { GoMatch } from './expand.ts';
import { escapeBrackets, estimateSize, makeNamesUnique } from './pattern-tokens.ts';

/** A pattern that Go's `regexp.Compile` would refuse. The message is Go's. */
export class GoRegexpError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GoRegexpError';
  }
}

/** Start and end of each group, one pair after the other; -1 for a group that took no part. */
type Indexes = readonly number[];

/** The largest pattern that is compiled, in instructions. Go admits more, and needs the memory and time for it. */
const MAX_SIZE = 50_000;

/**
 * Compiles a pattern in Go's RE2 syntax; matching takes time linear in the text, whatever the pattern.
 *
 * @throws {GoRegexpError} with Go's text, for example ``error parsing regexp: missing closing ): `(` ``.
 */
export function compileRegexp(pattern: string): GoRegexp {
  if (estimateSize(pattern) > MAX_SIZE) throw syntaxError('expression too large', pattern);
  try {
    return new GoRegexp(pattern, RE2JS.compile(pattern));
  } catch (error) {
    // Any other error means that the pattern was too much for the engine.
    if (!(error instanceof RE2JSSyntaxException)) throw syntaxError('expression too large', pattern, error);
    if (isTooStrict(error)) return compileRewritten(pattern);
    throw inGoWords(error, pattern);
  }
}

/** Two things that Go admits and the engine does not: groups that share a name, and `[:]` within a class. */
function isTooStrict(error: RE2JSSyntaxException): boolean {
  return error.getDescription() === 'duplicate capture group name' || error.getPattern() === '[:]';
}

function compileRewritten(pattern: string): GoRegexp {
  const unique = makeNamesUnique(escapeBrackets(pattern));
  try {
    return new GoRegexp(pattern, RE2JS.compile(unique.pattern), unique.originals);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw syntaxError('expression too large', pattern, error);
    let message = inGoWords(error, unique.pattern).message.replaceAll(String.raw`\[:]`, '[:]');
    for (const [name, original] of unique.originals)
      message = message.replaceAll(`<${name}>`, `<${original}>`);
    throw new GoRegexpError(message, { cause: error });
  }
}

/** The engine's complaint as Go makes it. They differ in what they quote. */
function inGoWords(error: RE2JSSyntaxException, pattern: string): GoRegexpError {
  const problem = error.getDescription();
  const place = error.getPattern() ?? '';
  if (problem === 'expression too large' || problem === 'expression nests too deeply') {
    return syntaxError(problem, pattern, error);
  }
  if (problem === 'invalid named capture' && /^\(\?P?<$/.test(place)) {
    return syntaxError('invalid or unsupported Perl syntax', place.slice(0, 3), error);
  }
  return syntaxError(problem, place, error);
}

function syntaxError(problem: string, place: string, cause?: unknown): GoRegexpError {
  return new GoRegexpError(`error parsing regexp: ${problem}: \`${place}\``, { cause });
}

/** A compiled pattern. Positions count UTF-16 units, as everywhere in JavaScript. */
export class GoRegexp {
  readonly source: string;
  /** The name of each group, empty for a group without one; index 0 is the whole match. */
  readonly names: readonly string[];
  readonly #compiled: RE2JS;

  /** `originals` translates the names of groups that were renamed for the engine. */
  constructor(source: string, compiled: RE2JS, originals: ReadonlyMap<string, string> = new Map()) {
    this.source = source;
    this.#compiled = compiled;
    const names = Array.from({ length: compiled.groupCount() + 1 }, () => '');
    for (const [name, index] of Object.entries(compiled.namedGroups())) {
      names[index] = originals.get(name) ?? name;
    }
    this.names = names;
  }

  /** How much work one character of text can be: the number of instructions of the compiled pattern. */
  get programSize(): number {
    return this.#compiled.programSize();
  }

  /** True when the pattern matches anywhere in the text. */
  test(text: string): boolean {
    return this.#compiled.test(text);
  }

  /** The leftmost match, if there is one. */
  find(text: string): GoMatch | undefined {
    const indexes: unknown = this.#compiled.re2().findSubmatchIndex(text);
    return isIndexes(indexes) ? new IndexedMatch(text, indexes, this.names) : undefined;
  }

  /** The first `limit` matches that do not overlap; all of them for a negative limit. */
  findAll(text: string, limit = -1): readonly GoMatch[] {
    const all: readonly unknown[] = this.#compiled.re2().findAllSubmatchIndex(text, limit) ?? [];
    return all.filter(isIndexes).map((indexes) => new IndexedMatch(text, indexes, this.names));
  }

  /** Replaces every match by the expanded template (Go's `ReplaceAllString`). */
  replaceAll(text: string, template: string): string {
    const parts = parseTemplate(template, this.names);
    return this.#replace(text, (match) => fillTemplate(parts, match));
  }

  /** Replaces every match by the replacement as it stands (Go's `ReplaceAllLiteralString`). */
  replaceAllLiteral(text: string, replacement: string): string {
    return this.#replace(text, () => replacement);
  }

  /** The pieces between matches, at most `limit` of them, the last one being the unsplit rest; all for a negative limit. */
  split(text: string, limit = -1): readonly string[] {
    if (limit === 0) return [];
    if (this.source !== '' && text === '') return [''];
    const pieces: string[] = [];
    let begin = 0;
    let end = 0;
    for (const match of this.findAll(text, limit)) {
      if (limit > 0 && pieces.length === limit - 1) break;
      end = match.start;
      if (match.end !== 0) pieces.push(text.slice(begin, end));
      begin = match.end;
    }
    if (end !== text.length) pieces.push(text.slice(begin));
    return pieces;
  }

  #replace(text: string, replacement: (match: GoMatch) => string): string {
    let out = '';
    let last = 0;
    for (const match of this.findAll(text)) {
      out += text.slice(last, match.start) + replacement(match);
      last = match.end;
    }
    return out + text.slice(last);
  }
}

/** Escapes everything in `text` that means something in a pattern (Go's `QuoteMeta`). */
export function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`);
}

/** re2js types its answers as `any`: indexes, or null without a match. */
function isIndexes(found: unknown): found is Indexes {
  return found !== null;
}

class IndexedMatch implements GoMatch {
  readonly names: readonly string[];
  readonly #text: string;
  readonly #indexes: Indexes;

  constructor(text: string, indexes: Indexes, names: readonly string[]) {
    this.#text = text;
    this.#indexes = indexes;
    this.names = names;
  }

  get start(): number {
    return this.#indexes[0] ?? 0;
  }

  get end(): number {
    return this.#indexes[1] ?? 0;
  }

  group(number: number): string | undefined {
    const start = this.#indexes[2 * number];
    const end = this.#indexes[2 * number + 1];
    if (start === undefined || end === undefined || start < 0) return undefined;
    return this.#text.slice(start, end);
  }
}
