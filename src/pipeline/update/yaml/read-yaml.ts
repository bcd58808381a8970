import { isUtf8 } from 'node:buffer';
import { SyntaxProblem } from './cursor.ts';
import { parseTree, TooDeep } from './parse-tree.ts';
import { type Position, positionsIn } from './positions.ts';
import { type Scan, scan } from './scanner.ts';
import type { Tree } from './tree.ts';

/** Why a file cannot be read as YAML. */
export type UnreadableReason =
  | 'ControlCharacter'
  | 'InvalidUtf8'
  | 'NotYaml'
  | 'NulByte'
  | 'RootNotMapping'
  | 'Template'
  | 'TooDeep'
  | 'Utf16';

/** A file that cannot be read, and why. */
export interface Unreadable {
  readonly reason: UnreadableReason;
  /** One sentence: what is wrong, and what to do. */
  readonly message: string;
  readonly line?: number;
}

/** A file, read. All offsets are in bytes; `text` has one char for each byte. */
export interface Yaml extends Scan, Tree {
  readonly text: string;
  readonly positionOf: (at: number) => Position;
}

export type YamlReading =
  | { readonly yaml: Yaml; readonly unreadable?: undefined }
  | { readonly yaml?: undefined; readonly unreadable: Unreadable };

/** Reads a file as Flux's YAML library reads it, comments and positions included. */
export function readYaml(bytes: Buffer): YamlReading {
  const text = bytes.toString('latin1');
  const positionOf = positionsIn(text);
  const unfit = findUnfitBytes(bytes, text);
  if (unfit)
    return { unreadable: { reason: unfit.reason, message: unfit.message, line: positionOf(unfit.at).line } };
  try {
    const scanned = scan(text);
    return { yaml: { text, positionOf, ...scanned, ...parseTree(text, scanned) } };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { unreadable: explain(error, text, positionOf(error.at).line) };
  }
}

interface Unfit {
  readonly reason: UnreadableReason;
  readonly message: string;
  readonly at: number;
}

/** C0 but tab and line breaks, DEL, C1 but NEL, U+FFFE and U+FFFF: no YAML library of Kubernetes reads them. */
const CONTROL = /(?![\t\n\r\x80-\x9f])\p{Cc}|\xc2[\x80-\x84\x86-\x9f]|\xef\xbf[\xbe\xbf]/u;

function findUnfitBytes(bytes: Buffer, text: string): Unfit | undefined {
  if (/^(?:\xff\xfe|\xfe\xff)/.test(text))
    return { reason: 'Utf16', message: 'It is UTF-16; save it as UTF-8.', at: 0 };
  if (!isUtf8(bytes))
    return {
      reason: 'InvalidUtf8',
      message: 'It is not valid UTF-8; save it as UTF-8.',
      at: firstInvalid(bytes),
    };
  const at = text.search(CONTROL);
  if (at < 0) return undefined;
  if (text[at] === '\0') return { reason: 'NulByte', message: 'It contains a NUL byte; take it out.', at };
  return {
    reason: 'ControlCharacter',
    message: 'It contains a control character that YAML forbids; take it out, or escape it.',
    at,
  };
}

/** Offset of the first byte after the longest valid beginning, give or take the bytes of one character. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (startsValid(bytes, middle)) valid = middle;
    else invalid = middle;
  }
  return valid;
}

/** True when the first `length` bytes are valid, but for a character that is cut off at their end. */
function startsValid(bytes: Buffer, length: number): boolean {
  for (let cut = 0; cut <= Math.min(3, length); cut++)
    if (isUtf8(bytes.subarray(0, length - cut))) return true;
  return false;
}

function explain(problem: SyntaxProblem, text: string, line: number): Unreadable {
  if (problem instanceof TooDeep) return { reason: 'TooDeep', message: problem.message, line };
  if (looksLikeTemplate(text, problem.at)) {
    const message = `It looks like a template, and is not YAML as it stands. ${problem.message}`;
    return { reason: 'Template', message, line };
  }
  return { reason: 'NotYaml', message: `It is not valid YAML. ${problem.message}`, line };
}

/** `{{` stands on the line of the problem, or begins a line. */
function looksLikeTemplate(text: string, at: number): boolean {
  const end = text.indexOf('\n', at);
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, end < 0 ? undefined : end);
  return line.includes('{{') || /^[ \t]*\{\{/m.test(text);
}
