/** Line and column as people count them: from 1, lines by their line feeds, columns in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Bytes that continue a character. */
const CONTINUED = /[\x80-\xbf]/g;

/** Returns a function that finds the position of an offset in `text`, which has one char per byte. */
export function positionsIn(text: string): (at: number) => Position {
  let starts: readonly number[] | undefined;
  // Where characters were last counted: several offsets of one long line cost no more than one.
  let counted = { line: -1, at: 0, column: 0 };
  return (at) => {
    starts ??= lineStarts(text);
    const line = lastAtMost(starts, at);
    const known = counted.line === line && counted.at <= at;
    const from = known ? counted : { line, at: afterByteOrderMark(text, starts[line] ?? 0), column: 1 };
    counted = { line, at, column: from.column + text.slice(from.at, at).replaceAll(CONTINUED, '').length };
    return { line: line + 1, column: counted.column };
  };
}

function afterByteOrderMark(text: string, at: number): number {
  return text.startsWith('\u00ef\u00bb\u00bf', at) ? at + 3 : at;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last number that is not above `limit`; the first is at most `limit`. */
function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
