import type { Table } from '../views/table.ts';
import { displayText, displayWidth } from './display-text.ts';

export interface TableOptions {
  /** Leave out the line with the names of the columns. */
  readonly header: boolean;
}

/**
 * A table as `flux` prints it: upper-case headers, padded columns, a tab after each, no borders.
 *
 * A cell of several lines takes several lines; the cells beside it are blank there.
 */
export function renderTable({ columns, rows }: Table, options: TableOptions): string {
  const lines = rows.flatMap((row) => splitRow(row));
  const all = options.header ? [columns.map((name) => name.toUpperCase()), ...lines] : lines;
  const widths = columns.map((_, column) =>
    Math.max(0, ...all.map((line) => displayWidth(line[column] ?? ''))),
  );
  return all
    .map((line) => `${widths.map((width, column) => padded(line[column] ?? '', width)).join('')}\n`)
    .join('');
}

function padded(cell: string, width: number): string {
  return `${cell}${' '.repeat(width - displayWidth(cell))}\t`;
}

function splitRow(row: readonly string[]): string[][] {
  const cells = row.map((cell) => displayText(cell).trimEnd().split('\n'));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) => cells.map((lines) => lines[index] ?? ''));
}
