import { canBePlain, readsAsText } from './plain-text.ts';
import type { Yaml } from './yaml/read-yaml.ts';
import { lineBreakLength } from './yaml/cursor.ts';
import type { BlockLayout } from './yaml/token.ts';
import type { ScalarNode } from './yaml/tree.ts';

/** Replaces the bytes from `start` to `end` by `text`, which has one char for each byte. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The edits that give a scalar a new value and keep its style: quotes stay quotes, a block text stays one. Undefined when its style cannot hold the value. */
export function renderScalar({ text }: Yaml, scalar: ScalarNode, value: string): readonly Edit[] | undefined {
  const { block } = scalar;
  const written = block
    ? blockEdits(text, { scalar, block, value })
    : [{ ...rangeOf(scalar), text: toBytes(inline(text, scalar, value)) }];
  return written && [...dropTag(text, scalar), ...written];
}

function rangeOf({ start, end }: ScalarNode): { readonly start: number; readonly end: number } {
  return { start, end };
}

function toBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

function inline(text: string, scalar: ScalarNode, value: string): string {
  if (scalar.style === 'single-quoted') return singleQuoted(value);
  if (scalar.style === 'double-quoted') return doubleQuoted(value);
  if (!readsAsText(value)) return doubleQuoted(value);
  if (!canBePlain(value, scalar.inFlow)) return singleQuoted(value);
  // Some old readers take no plain `a:b` inside brackets. If the old value was one, the readers of this file do.
  const newColon =
    scalar.inFlow && value.includes(':') && !text.slice(scalar.start, scalar.end).includes(':');
  return newColon ? singleQuoted(value) : value;
}

function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function doubleQuoted(value: string): string {
  return `"${value.replaceAll(/[\\"]/g, '\\$&')}"`;
}

interface BlockWrite {
  readonly scalar: ScalarNode;
  readonly block: BlockLayout;
  readonly value: string;
}

/** Puts one line in place of all lines of a block text, and lets its header strip the line break at the end. */
function blockEdits(text: string, { scalar, block, value }: BlockWrite): readonly Edit[] | undefined {
  if (/^[ \t]/.test(value)) return undefined;
  const chomp = chompEdit(text, scalar);
  const lines = value === '' ? removeLines(text, block) : replaceLines(text, block, toBytes(value));
  return [...chomp, ...lines];
}

/** `|` and `>` keep one line break at the end, `|+` and `>+` all; `-` keeps none. */
function chompEdit(text: string, { start }: ScalarNode): Edit[] {
  const [, before = '', chomping = ''] = /^[|>]([1-9]?)([-+]?)/.exec(text.slice(start, start + 3)) ?? [];
  if (chomping === '-') return [];
  const at = start + 1 + (chomping === '+' ? before.length : 0);
  return [{ start: at, end: at + chomping.length, text: '-' }];
}

function removeLines(text: string, { textStart, textEnd }: BlockLayout): Edit[] {
  return textEnd === textStart
    ? []
    : [{ start: textStart, end: textEnd + lineBreakLength(text, textEnd), text: '' }];
}

function replaceLines(text: string, block: BlockLayout, line: string): Edit[] {
  const { textStart, textEnd, indent, indentGiven, parentIndent } = block;
  if (textEnd > textStart) return [{ start: textStart, end: textEnd, text: ' '.repeat(indent) + line }];
  const lineBreak = /\r?\n/.exec(text)?.[0] ?? '\n';
  const headerEnded = lineBreakLength(text, textStart - 1) > 0;
  const width = indentGiven ? indent : Math.max(parentIndent, 0) + 2;
  const written = ' '.repeat(width) + line;
  return [
    { start: textStart, end: textStart, text: headerEnded ? written + lineBreak : lineBreak + written },
  ];
}

const NOT_TEXT = /^(?:!!|!<tag:yaml\.org,2002:)(?:binary|bool|float|int|merge|null|timestamp|value)>?$/;

/** Tags of numbers and the like do not fit a text, and go. All others stay: `!!str`, `!`, and those of programs. */
function dropTag(text: string, { properties: { tag } }: ScalarNode): Edit[] {
  if (!tag || !NOT_TEXT.test(tag.text)) return [];
  let end = tag.end;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return [{ start: tag.start, end, text: '' }];
}
