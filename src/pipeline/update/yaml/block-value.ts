import { decode } from './decode.ts';
import { breaksOf } from './line-breaks.ts';
import type { ScalarNode } from './tree.ts';

/** The value of a block text: its lines without their indentation, joined as its header says. */
export function blockValue(text: string, node: ScalarNode): string {
  const { textStart = node.end, indent = 0 } = node.block ?? {};
  const header = text.slice(node.start, textStart).replace(/#[^]*/, '');
  const lines = splitLines(decode(text.slice(textStart, node.end)));
  const body = node.style === 'literal' ? literal(lines, indent) : foldBlock(lines, indent);
  if (header.includes('-')) return body.value;
  return body.value + (header.includes('+') ? body.lastBreak + body.trailing : body.lastBreak);
}

interface Line {
  readonly text: string;
  readonly lineBreak: string;
}

interface Body {
  readonly value: string;
  /** The line break of the last line that has text. */
  readonly lastBreak: string;
  /** The line breaks of the blank lines behind it. */
  readonly trailing: string;
}

function splitLines(source: string): Line[] {
  const lines: Line[] = [];
  for (const match of source.matchAll(/([^\r\n\u0085\u2028\u2029]*)(\r\n|[\r\n\u0085\u2028\u2029]|$)/g)) {
    const [whole, text = '', lineBreak = ''] = match;
    if (whole !== '') lines.push({ text, lineBreak: breaksOf(lineBreak)[0] ?? '' });
  }
  return lines;
}

function literal(lines: readonly Line[], indent: number): Body {
  return joinLines(lines, indent, (lastBreak) => lastBreak);
}

/** Text lines are joined by a space, unless one of them starts with a blank or blank lines stand between them. */
function foldBlock(lines: readonly Line[], indent: number): Body {
  return joinLines(lines, indent, (lastBreak, { blanks, indented }) => {
    if (indented || lastBreak !== '\n') return lastBreak;
    return blanks === '' ? ' ' : '';
  });
}

type Join = (lastBreak: string, between: { readonly blanks: string; readonly indented: boolean }) => string;

function joinLines(lines: readonly Line[], indent: number, join: Join): Body {
  const value: string[] = [];
  let lastBreak = '';
  let blanks = '';
  let wasIndented = false;
  for (const line of lines) {
    const content = line.text.slice(indent);
    if (content === '') {
      blanks += line.lineBreak;
      continue;
    }
    const isIndented = /^[ \t]/.test(content);
    const joined = lastBreak === '' ? '' : join(lastBreak, { blanks, indented: wasIndented || isIndented });
    value.push(joined, blanks, content);
    lastBreak = line.lineBreak;
    blanks = '';
    wasIndented = isIndented;
  }
  return { value: value.join(''), lastBreak, trailing: blanks };
}
