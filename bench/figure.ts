/** One line of the table: what was measured, what Flux needs for it, and what is to be reached. */
export interface Figure {
  readonly work: string;
  readonly unit: string;
  readonly median: number;
  /** Half the distance between the first and the third quartile; 0 for what was measured once. */
  readonly spread: number;
  /** CPU seconds of the process and of the git processes that it started, for one piece of work. */
  readonly cpuSeconds?: number;
  readonly flux?: string;
  readonly target?: string;
}

export type Beside = Pick<Figure, 'cpuSeconds' | 'flux' | 'target'>;

/** The figure of some samples. */
export function figureOf(
  { work, unit, ...beside }: { readonly work: string; readonly unit: string } & Beside,
  samples: readonly number[],
): Figure {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { work, unit, median: at(0.5), spread: (at(0.75) - at(0.25)) / 2, ...beside };
}

/** A Markdown table, which is also readable in a terminal. */
export function renderFigures(figures: readonly Figure[]): string {
  const head = ['work', 'Flux', 'target', 'Tidemark', '±', 'CPU'];
  const rows = figures.map((figure) => [
    figure.work,
    figure.flux ?? '',
    figure.target ?? '',
    `${round(figure.median)} ${figure.unit}`,
    figure.spread === 0 ? '' : round(figure.spread),
    figure.cpuSeconds === undefined ? '' : `${round(figure.cpuSeconds)} s`,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function round(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
}
