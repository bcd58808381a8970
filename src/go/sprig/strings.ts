import { byteLength, runeOf, sliceBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import type { Budget } from '../template/budget.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { print } from '../template/fmt/print.ts';
import { quoteBytes } from '../template/fmt/quote.ts';
import type { GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { charsOf, lengthWith, runesOf, searchable, trimSpace } from './characters.ts';
import { textOf } from './text-of.ts';

/** Cutting, padding, searching and joining text. */
export const strings: FunctionTable = {
  hello: define([], 'string', () => 'Hello!'),
  trim: define(['string'], 'string', ([text]) => trimSpace(text)),
  trimAll: define(['string', 'string'], 'string', ([cut, text]) => trimChars(text, cut)),
  trimall: define(['string', 'string'], 'string', ([cut, text]) => trimChars(text, cut)),
  trimPrefix: define(['string', 'string'], 'string', ([prefix, text]) =>
    hasPrefix(text, prefix) ? sliceBytes(text, byteLength(prefix)) : text,
  ),
  trimSuffix: define(['string', 'string'], 'string', ([suffix, text]) =>
    hasSuffix(text, suffix) ? sliceBytes(text, 0, byteLength(text) - byteLength(suffix)) : text,
  ),
  contains: define(['string', 'string'], 'bool', ([part, text]) => {
    const [inside = '', wanted = ''] = searchable(text, part).texts;
    return inside.includes(wanted);
  }),
  hasPrefix: define(['string', 'string'], 'bool', ([prefix, text]) => hasPrefix(text, prefix)),
  hasSuffix: define(['string', 'string'], 'bool', ([suffix, text]) => hasSuffix(text, suffix)),
  repeat: define(['int', 'string'], 'string', ([count, text], { budget }) => repeat(text, count, budget)),
  substr: define(['int', 'int', 'string'], 'string', ([start, end, text]) => substring(text, start, end)),
  trunc: define(['int', 'string'], 'string', ([count, text]) => truncate(text, count)),
  replace: define(['string', 'string', 'string'], 'string', ([old, by, text], { budget }) => {
    const pieces = splitText(text, old);
    // Between characters there is a place before the first and after the last one, too.
    const parts = old === '' ? ['', ...pieces, ''] : pieces;
    budget.allow(lengthWith(text, by, parts.length - 1));
    return parts.join(by);
  }),
  plural: define(['string', 'string', 'int'], 'string', ([one, many, count]) => (count === 1 ? one : many)),
  cat: define(['...any'], 'string', (values, { budget }) =>
    values
      .filter((value) => value !== null)
      .map((value) => print([value], budget))
      .join(' '),
  ),
  quote: define(['...any'], 'string', (values, { budget }) =>
    eachNotNil(values, (value) => quoteBytes(textOf(value, budget))),
  ),
  squote: define(['...any'], 'string', (values, { budget }) =>
    eachNotNil(values, (value) => `'${print([value], budget)}'`),
  ),
  indent: define(['int', 'string'], 'string', ([spaces, text], { budget }) => indent(text, spaces, budget)),
  nindent: define(
    ['int', 'string'],
    'string',
    ([spaces, text], { budget }) => `\n${indent(text, spaces, budget)}`,
  ),
  toString: define(['any'], 'string', ([value], { budget }) => textOf(value, budget)),
};

function eachNotNil(values: readonly GoValue[], show: (value: GoValue) => string): string {
  return values
    .filter((value) => value !== null)
    .map(show)
    .join(' ');
}

function hasPrefix(text: ByteString, prefix: ByteString): boolean {
  const [inside = '', wanted = ''] = searchable(text, prefix).texts;
  return inside.startsWith(wanted);
}

function hasSuffix(text: ByteString, suffix: ByteString): boolean {
  const [inside = '', wanted = ''] = searchable(text, suffix).texts;
  return inside.endsWith(wanted);
}

/** Go's `strings.Trim`: takes away characters of a set at both ends. */
export function trimChars(text: ByteString, cut: ByteString): ByteString {
  const set = new Set(runesOf(cut).map(runeOf));
  const chars = charsOf(text);
  const start = chars.findIndex((char) => !set.has(runeOf(char)));
  if (start < 0) return '';
  return chars.slice(start, chars.findLastIndex((char) => !set.has(runeOf(char))) + 1).join('');
}

export function repeat(text: ByteString, count: number, budget: Budget): ByteString {
  if (count < 0) throw new FunctionError('strings: negative Repeat count');
  budget.allow(byteLength(text) * count);
  return text.repeat(count);
}

/** Sprig counts bytes, and may cut a character in two. */
function substring(text: ByteString, start: number, end: number): ByteString {
  const length = byteLength(text);
  const from = start < 0 ? 0 : start;
  const to = start >= 0 && (end < 0 || end > length) ? length : end;
  if (to < 0 || to > length || from > to) {
    throw new FunctionError(`slice bounds out of range [${from}:${to}] with length ${length}`);
  }
  return sliceBytes(text, from, to);
}

function truncate(text: ByteString, count: number): ByteString {
  const length = byteLength(text);
  if (count < 0 && length + count > 0) return sliceBytes(text, length + count);
  return count >= 0 && length > count ? sliceBytes(text, 0, count) : text;
}

function indent(text: ByteString, spaces: number, budget: Budget): ByteString {
  const pad = repeat(' ', spaces, budget);
  const lines = text.split('\n');
  budget.allow(lengthWith(text, pad, lines.length));
  return pad + lines.join(`\n${pad}`);
}

/** Go's `strings.SplitN`: at most `limit` pieces, the last one with all the rest; no limit when it is negative. */
export function splitText(text: ByteString, separator: ByteString, limit = -1): readonly ByteString[] {
  if (limit === 0) return [];
  if (separator === '') return explode(text, limit);
  const search = searchable(text, separator);
  const [inside = '', by = ''] = search.texts;
  const pieces = inside.split(by);
  if (limit > 0 && pieces.length > limit) {
    pieces.splice(limit - 1, pieces.length, pieces.slice(limit - 1).join(by));
  }
  return pieces.map(search.restore);
}

function explode(text: ByteString, limit: number): readonly ByteString[] {
  const chars = charsOf(text);
  if (limit < 0 || chars.length <= limit) return chars;
  return [...chars.slice(0, limit - 1), chars.slice(limit - 1).join('')];
}
