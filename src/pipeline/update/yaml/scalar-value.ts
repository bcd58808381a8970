import { blockValue } from './block-value.ts';
import { decode } from './decode.ts';
import { BREAK, breaksOf } from './line-breaks.ts';
import type { ScalarNode } from './tree.ts';

/** The value of a scalar as text, whatever type a reader would give it. `text` has one char per byte. */
export function scalarValue(text: string, node: ScalarNode): string {
  const raw = text.slice(node.start, node.end);
  if (node.style === 'plain' && !/[^ -~]/.test(raw)) return raw;
  const source = decode(raw);
  if (node.style === 'plain') return foldLines(source);
  if (node.style === 'single-quoted') return foldLines(source.slice(1, -1)).replaceAll("''", "'");
  if (node.style === 'double-quoted') return unescape(source.slice(1, -1));
  return node.block ? blockValue(text, node) : '';
}

/** From the first blank on, or from behind an escaped one: a search from each blank of a long gap would take the square of its length. */
const BREAKS_WITH_BLANKS =
  /(?:(?<![ \t])|(?<=\\[ \t]))[ \t]*(?:\r\n|[\r\n\u0085\u2028\u2029])[ \t\r\n\u0085\u2028\u2029]*/g;

/** One line break becomes a space; of more, all but the first stay. Blanks around them go. */
function foldLines(source: string): string {
  return BREAK.test(source) ? source.replace(BREAKS_WITH_BLANKS, folded) : source;
}

function folded(gap: string): string {
  const [first = '\n', ...others] = breaksOf(gap);
  const rest = others.join('');
  if (first !== '\n') return first + rest;
  return rest === '' ? ' ' : rest;
}

/** An escape or a gap with line breaks, by named groups. */
const QUOTED_PART = new RegExp(
  String.raw`\\(?<broken>(?:\r\n|[\r\n\u0085\u2028\u2029])[ \t\r\n\u0085\u2028\u2029]*)` +
    String.raw`|\\(?:x(?<byte>[0-9A-Fa-f]{2})|u(?<short>[0-9A-Fa-f]{4})|U(?<long>[0-9A-Fa-f]{8})|(?<named>[^]))` +
    `|(?<gap>${BREAKS_WITH_BLANKS.source})`,
  'g',
);

const NAMED: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

function unescape(source: string): string {
  if (!source.includes('\\') && !BREAK.test(source)) return source;
  const parts: string[] = [];
  let at = 0;
  for (const match of source.matchAll(QUOTED_PART)) {
    parts.push(source.slice(at, match.index), meaningOf(match.groups ?? {}));
    at = match.index + match[0].length;
  }
  return parts.join('') + source.slice(at);
}

function meaningOf({
  broken,
  byte,
  short,
  long,
  named,
  gap,
}: Readonly<Record<string, string | undefined>>): string {
  if (gap !== undefined) return folded(gap);
  if (broken !== undefined) return '';
  const code = byte ?? short ?? long;
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  return named === undefined ? '' : (NAMED[named] ?? named);
}
