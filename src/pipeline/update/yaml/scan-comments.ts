import type { Cursor, Mark } from './cursor.ts';
import type { Comment, CommentLine } from './token.ts';

const HASH = 0x23;

/** Takes the comment that stands behind a token on the same line, if there is one. It belongs to what starts at `from`. */
export function scanLineComment(cursor: Cursor, from: number): Comment | undefined {
  let ahead = 0;
  while (cursor.blank(ahead)) ahead++;
  if (cursor.code(ahead) !== HASH) return undefined;
  cursor.at += ahead;
  const line = takeLine(cursor);
  return { place: 'line', lines: [line], text: cursor.text.slice(line.start, line.end), from };
}

/** Where a run of comments stands. */
export interface CommentSite {
  /** Indentation of the block that is open there. */
  readonly indent: number;
  readonly inFlow: boolean;
  /** Where the content before starts. */
  readonly contentStart: number;
  /** Blank lines stand between the content before and the run. */
  readonly blankSeen: boolean;
  /** The line on which a comment is directly below the content before; -1 for none. */
  readonly footLine: number;
}

interface Group {
  readonly column: number;
  readonly line: number;
  readonly start: number;
  readonly lines: CommentLine[];
  text: string;
}

/**
 * Takes the comments between two tokens, and tells which belong to what stands before (`foot`) and which to what comes (`head`).
 *
 * A group is a foot when a blank line follows and it stands directly below the content or less indented than it, when what follows is less
 * indented and not in line with it, or when a closing bracket follows. All else is the head of the next node. The cursor is at a `#`.
 */
export function scanCommentRun(cursor: Cursor, site: CommentSite): Comment[] {
  const found: Comment[] = [];
  let { blankSeen, contentStart: footFrom } = site;
  let group: Group | undefined;
  for (;;) {
    group = takeIntoGroup(cursor, group);
    const next = lookPastBreak(cursor, site.inFlow);
    const detached = !blankSeen && (group.line === site.footLine || group.column < site.indent);
    const dedented = !next.end && next.column < site.indent && next.column !== group.column;
    if (next.closing || ((next.blankLines || next.end) && detached)) {
      found.push(close(group, 'foot', group.column < site.indent ? group.start : footFrom));
      group = undefined;
    } else if (next.blankLines) {
      group.text += '\n';
    }
    if (group && dedented) {
      found.push(close(group, 'foot', footFrom));
      group = undefined;
    }
    if (!group) footFrom = next.mark.at;
    blankSeen ||= next.blankLines;
    if (!next.comment) break;
    cursor.goTo(next.mark);
  }
  if (group) found.push(close(group, 'head', group.start));
  return found;
}

function takeIntoGroup(cursor: Cursor, group: Group | undefined): Group {
  const column = cursor.column;
  const line = takeLine(cursor);
  const text = cursor.text.slice(line.start, line.end);
  if (!group) return { column, line: cursor.line, start: line.start, lines: [line], text };
  group.lines.push(line);
  group.text += `\n${text}`;
  return group;
}

function takeLine(cursor: Cursor): CommentLine {
  const start = cursor.at;
  cursor.skipToBreak();
  return { start, end: cursor.at };
}

function close({ lines, text }: Group, place: 'head' | 'foot', from: number): Comment {
  return { place, lines, text, from };
}

interface Ahead {
  readonly mark: Mark;
  readonly column: number;
  readonly blankLines: boolean;
  readonly comment: boolean;
  readonly closing: boolean;
  readonly end: boolean;
}

/** What comes after the comment line that ends at the cursor; the cursor stays. */
function lookPastBreak(cursor: Cursor, inFlow: boolean): Ahead {
  const here = cursor.mark;
  let breaks = 0;
  do cursor.skipBlanks();
  while (cursor.skipBreak() && ++breaks);
  const code = cursor.code();
  const ahead = {
    mark: cursor.mark,
    column: cursor.column,
    blankLines: breaks > 1,
    comment: code === HASH,
    closing: inFlow && (code === 0x5d || code === 0x7d),
    end: cursor.done,
  };
  cursor.goTo(here);
  return ahead;
}
