import { RE2JS, RE2JSSyntaxException } from 're2js';
import { fillTemplate, parseTemplate } from './expand.ts';
import type { GoMatch } from './expand.ts';

/** A pattern that Go's `regexp.Compile` would refuse. The message is Go's. */
export class GoRegexpError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GoRegexpError';
  }
}

/** Start and end of each group, one pair after the other; -1 for a group that took no part. */
type Indexes = readonly number[];

/** The longest pattern that is compiled. Go has no such limit; nobody writes longer ones, and each costs memory. */
export const MAX_PATTERN_LENGTH = 32_768;

/**
 * Compiles a pattern in Go's RE2 syntax; matching takes time linear in the text, whatever the pattern.
 *
 * @throws {GoRegexpError} with Go's text, for example ``error parsing regexp: missing closing ): `(` ``.
 */
export function compileRegexp(pattern: string): GoRegexp {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new GoRegexpError(
      `error parsing regexp: expression too large: ${pattern.length} characters, at most ${MAX_PATTERN_LENGTH} are accepted`,
    );
  }
  try {
    return new GoRegexp(pattern, RE2JS.compile(pattern));
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) {
      const message = `error parsing regexp: ${error.getDescription()}: \`${error.getPattern() ?? ''}\``;
      throw new GoRegexpError(message, { cause: error });
    }
    // Anything else means that the pattern was too much for the engine (deep recursion, memory).
    throw new GoRegexpError(`error parsing regexp: expression too large: \`${pattern}\``, { cause: error });
  }
}

/** A compiled pattern. Positions count UTF-16 units, as everywhere in JavaScript. */
export class GoRegexp {
  readonly source: string;
  /** The name of each group, empty for a group without one; index 0 is the whole match. */
  readonly names: readonly string[];
  readonly #compiled: RE2JS;

  constructor(source: string, compiled: RE2JS) {
    this.source = source;
    this.#compiled = compiled;
    const names = Array.from({ length: compiled.groupCount() + 1 }, () => '');
    for (const [name, index] of Object.entries(compiled.namedGroups())) names[index] = name;
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
