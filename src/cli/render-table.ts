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
  return new GrowingTable(columns, options).add(rows);
}

/** A table to which rows are added while it is shown: its columns only ever get wider. */
export class GrowingTable {
  readonly #columns: readonly string[];
  readonly #widths: number[];
  #headerPending: boolean;

  constructor(columns: readonly string[], options: TableOptions) {
    this.#columns = columns;
    this.#widths = columns.map(() => 0);
    this.#headerPending = options.header;
  }

  /** The lines of some more rows, with the header before the first ones. */
  add(rows: readonly (readonly string[])[]): string {
    const lines = rows.flatMap((row) => splitRow(row));
    if (this.#headerPending) lines.unshift(this.#columns.map((name) => name.toUpperCase()));
    this.#headerPending = false;
    for (const [column, width] of this.#widths.entries()) {
      this.#widths[column] = lines.reduce(
        (widest, line) => Math.max(widest, displayWidth(line[column] ?? '')),
        width,
      );
    }
    return lines
      .map((line) => `${this.#widths.map((width, column) => padded(line[column] ?? '', width)).join('')}\n`)
      .join('');
  }
}

function padded(cell: string, width: number): string {
  return `${cell}${' '.repeat(width - displayWidth(cell))}\t`;
}

function splitRow(row: readonly string[]): string[][] {
  const cells = row.map((cell) => displayText(cell).trimEnd().split('\n'));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) => cells.map((lines) => lines[index] ?? ''));
}
