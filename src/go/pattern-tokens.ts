/**
 * The pieces of a pattern in Go's syntax: escapes, classes, groups, repetitions and single characters.
 *
 * It only tells them apart; whether they are valid is for the parser to say. Each match is one token, with the name
 * of a named group in `name`, and the counts of a repetition in `least` and `most`.
 */
const TOKEN =
  /\\Q[^]*?(?:\\E|$)|\\[xpP]\{[^}]*\}|\\[^]|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[^]|[^\]])*\]?|\(\?P?<(?<name>[^>]*)>|\(\?[^:)]*[:)]?|\{(?<least>[0-9]+)(?:,(?<most>[0-9]*))?\}|[^]/gu;

/** What a repetition, nested ones multiplied, may count to: Go refuses more, and so does the engine. */
const MAX_REPEAT = 1000;

/** One group while it is read: how much stands in it so far, its last piece, and how often they are repeated inside. */
interface Frame {
  sum: number;
  last: number;
  repeats: number;
  lastRepeats: number;
}

/**
 * How many instructions a pattern roughly compiles to: repetitions multiply what they repeat.
 *
 * Zero for a pattern that repeats more than Go admits: the engine refuses it before it costs anything.
 */
export function estimateSize(pattern: string): number {
  const outer: Frame[] = [];
  let frame = emptyFrame();
  for (const { 0: token, groups = {} } of pattern.matchAll(TOKEN)) {
    if (token.startsWith('(') && !token.endsWith(')')) {
      outer.push(frame);
      frame = emptyFrame();
    } else if (token === ')') {
      const inner = frame;
      frame = outer.pop() ?? emptyFrame();
      addPiece(frame, inner.sum + 2, inner.repeats);
    } else if (groups['least'] !== undefined) {
      const count = Math.max(1, Number(groups['least']), Number(groups['most'] ?? 0));
      if (count * frame.lastRepeats > MAX_REPEAT) return 0;
      frame.sum -= frame.last;
      addPiece(frame, frame.last * count, frame.lastRepeats * count);
    } else {
      addPiece(frame, token.startsWith(String.raw`\Q`) ? token.length : 1, 1);
    }
  }
  return outer.reduce((total, part) => total + part.sum, frame.sum);
}

function emptyFrame(): Frame {
  return { sum: 0, last: 0, repeats: 1, lastRepeats: 1 };
}

function addPiece(to: Frame, size: number, repeats: number): void {
  to.sum += size;
  to.last = size;
  to.repeats = Math.max(to.repeats, repeats);
  to.lastRepeats = repeats;
}

/**
 * Escapes the `[` of every `[:]` within a class: to Go it is a character there, the engine takes it for a POSIX class.
 *
 * When a `:]` follows anywhere, Go takes it for one too, and refuses it.
 */
export function escapeBrackets(pattern: string): string {
  let out = '';
  for (const { 0: token, index } of pattern.matchAll(TOKEN)) {
    const rest = pattern.slice(index + token.indexOf('[:]', 1) + 2);
    const escapes = token.startsWith('[') && token.includes('[:]', 1) && !rest.includes(':]');
    out += escapes ? `[${token.slice(1).replaceAll('[:]', String.raw`\[:]`)}` : token;
  }
  return out;
}

/** A pattern in which no two groups have the same name, and what the new names stand for. */
export interface UniqueNames {
  readonly pattern: string;
  readonly originals: ReadonlyMap<string, string>;
}

/** Gives every group a name of its own: Go admits two groups of one name, as in `a(?P<n>.)|b(?P<n>.)`. */
export function makeNamesUnique(pattern: string): UniqueNames {
  const taken = new Set<string>();
  for (const { groups = {} } of pattern.matchAll(TOKEN)) taken.add(groups['name'] ?? '');
  const seen = new Set<string>();
  const originals = new Map<string, string>();
  const renamed = pattern.replaceAll(TOKEN, (token: string, name: string | undefined) => {
    if (name === undefined || !seen.has(name)) {
      seen.add(name ?? '');
      return token;
    }
    let unique = `${name}_`;
    while (taken.has(unique)) unique += '_';
    taken.add(unique);
    originals.set(unique, name);
    return token.replace(`<${name}>`, `<${unique}>`);
  });
  return { pattern: renamed, originals };
}
