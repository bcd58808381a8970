import { isPrintable, scalarStyle } from './scalar-style.ts';

/** Where a scalar is written. */
export interface ScalarPlace {
  readonly kind: 'key' | 'value';
  /** The column that the scalar begins in. */
  readonly column: number;
  /** How far lines after the first are indented. */
  readonly indent: number;
}

/** Lines are folded at the first blank beyond this column. */
const bestWidth = 80;

/** Writes a text as Go's yaml.v2 does: the style, the folding, the escapes. */
export function writeScalar(text: string, place: ScalarPlace): string {
  switch (scalarStyle(text, place.kind)) {
    case 'plain':
      return fold(Array.from(text), place, { from: 0, lookAhead: true });
    case 'single': {
      const characters = Array.from(text).map((character) => (character === "'" ? "''" : character));
      return `'${fold(characters, { ...place, column: place.column + 1 }, { from: 1, lookAhead: true })}'`;
    }
    case 'double':
      return `"${fold(Array.from(text).map(escape), { ...place, column: place.column + 1 }, { from: 1, lookAhead: false })}"`;
    case 'literal':
      return literal(text, place.indent);
  }
}

/** Folds at single blanks; in double quotes also before further ones, which a backslash then keeps. */
function fold(
  characters: readonly string[],
  place: ScalarPlace,
  rule: { readonly from: number; readonly lookAhead: boolean },
): string {
  let { column } = place;
  let written = '';
  let afterSpace = false;
  const last = characters.length - rule.from;
  for (const [index, character] of characters.entries()) {
    const isSpace = character === ' ';
    const nextIsSpace = characters[index + 1] === ' ';
    const inside = rule.from === 0 || (index > 0 && index < last);
    if (
      isSpace &&
      place.kind === 'value' &&
      !afterSpace &&
      column > bestWidth &&
      inside &&
      !(rule.lookAhead && nextIsSpace)
    ) {
      written += `\n${' '.repeat(place.indent)}${nextIsSpace ? '\\' : ''}`;
      column = place.indent + (nextIsSpace ? 1 : 0);
    } else {
      written += character;
      column += Array.from(character).length;
    }
    afterSpace = isSpace;
  }
  return written;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001B': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escape(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  if (isPrintable(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n\r\u0085\u2028\u2029]/.test(text) ? '2' : '';
  const lines = text.split('\n');
  const body = lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`)).join('\n');
  return `|${hint}${chomping(text)}\n${body.replace(/\n$/, '')}`;
}

function chomping(text: string): string {
  if (!text.endsWith('\n')) return '-';
  return text === '\n' || text.endsWith('\n\n') ? '+' : '';
}
