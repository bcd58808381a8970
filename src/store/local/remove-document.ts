import { LineCounter, isMap, isNode, isSeq, parseAllDocuments } from 'yaml';
import type { YAMLSeq } from 'yaml';

/** Where an object stands in its file, as `readDocuments` found it. */
export interface ObjectPlace {
  /** From 1. */
  readonly line: number;
  /** It is an item of a List. */
  readonly listed: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The text without one object, every other byte as it was. A document goes with its `---`; an item of a List goes alone with the comment
 * right above it, and the last one takes its List along. Undefined when the object cannot be cut out.
 */
export function removeDocument(text: string, { line, listed }: ObjectPlace): string | undefined {
  const at = lineStart(text, line);
  const document = documents(text).find(({ start, end }) => start <= at && at < end);
  if (document === undefined) return undefined;
  const cut = listed ? itemRange(text, line, document) : document;
  return cut === undefined ? undefined : text.slice(0, cut.start) + text.slice(cut.end);
}

/** True when nothing but blank lines and document markers is left. */
export function isBlank(text: string): boolean {
  const body = text.replace(/^\uFEFF/, '');
  return body.replaceAll(/^(?:---|\.\.\.)[ \t\r]*$/gm, '').trim() === '';
}

/**
 * The documents of a file, from the `---` of each up to the next one; one that ends with `...` ends after that line.
 * Neither marker can stand at the beginning of a line inside of a document, so lines tell.
 */
function documents(text: string): readonly Range[] {
  const found: Range[] = [];
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (const match of text.matchAll(/^(?:---(?=\s|$)|\.\.\.[ \t\r]*$\n?)/gm)) {
    const ends = match[0].startsWith('...');
    const end = match.index + (ends ? match[0].length : 0);
    // Directives belong to the document that the marker opens.
    if (!ends && isPreamble(text.slice(start, end))) continue;
    if (end > start) found.push({ start, end });
    start = end;
  }
  found.push({ start, end: text.length });
  return found;
}

function isPreamble(text: string): boolean {
  return /^%/m.test(text) && /^(?:[ \t]*(?:#.*)?\r?\n|%.*\n)*$/.test(text);
}

/** The lines of one item, or its part of a flow sequence. */
function itemRange(text: string, line: number, document: Range): Range | undefined {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    keepSourceTokens: true,
    logLevel: 'silent',
    uniqueKeys: false,
  });
  if (!Array.isArray(parsed)) return undefined;
  for (const { contents } of parsed) {
    const items = isMap(contents) ? contents.get('items', true) : undefined;
    if (!isSeq(items)) continue;
    const index = items.items.findIndex((item) => {
      const start = isNode(item) ? item.range?.[0] : undefined;
      return start !== undefined && lines.linePos(start).line === line;
    });
    if (index === -1) continue;
    if (items.items.length === 1) return document;
    return items.flow === true ? flowItem(items, index) : blockItem(text, items, index);
  }
  return undefined;
}

function flowItem(items: YAMLSeq, index: number): Range | undefined {
  const own = rangeOf(items, index);
  const next = rangeOf(items, index + 1);
  if (own === undefined) return undefined;
  if (next !== undefined) return { start: own.start, end: next.start };
  const before = rangeOf(items, index - 1);
  return before === undefined ? undefined : { start: before.end, end: own.end };
}

function blockItem(text: string, items: YAMLSeq, index: number): Range | undefined {
  const token = items.srcToken?.type === 'block-seq' ? items.srcToken.items[index] : undefined;
  const dash = token?.start.find(({ type }) => type === 'seq-item-ind')?.offset;
  const own = rangeOf(items, index);
  if (dash === undefined || own === undefined) return undefined;
  const first = text.lastIndexOf('\n', dash - 1) + 1;
  if (text.slice(first, dash).trim() !== '') return undefined;
  const last = text.slice(0, own.end).trimEnd().length;
  const newline = text.indexOf('\n', last);
  return { start: withComment(text, first), end: newline === -1 ? text.length : newline + 1 };
}

/** Where the comment begins that stands right above the line at `start`. */
function withComment(text: string, start: number): number {
  const above = text.lastIndexOf('\n', start - 2) + 1;
  if (start === 0 || !/^[ \t]*#/.test(text.slice(above, start))) return start;
  return withComment(text, above);
}

function rangeOf(items: YAMLSeq, index: number): Range | undefined {
  const item = items.items[index];
  const range = isNode(item) ? item.range : undefined;
  return range === undefined || range === null ? undefined : { start: range[0], end: range[1] };
}

function lineStart(text: string, line: number): number {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  for (let current = 1; current < line; current += 1) at = text.indexOf('\n', at) + 1;
  return at;
}
