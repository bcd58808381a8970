import { parseKey } from '../model/object-key.ts';

const name = 'gotk_reconcile_duration_seconds';
/** Flux's buckets: ten, exponential, from 10 ms to 30 minutes. */
const bounds = Array.from({ length: 10 }, (_, index) => 0.01 * (1800 / 0.01) ** (index / 9));

const pieceLength = 32_768;

/**
 * How long the passes over each object took, as a Prometheus histogram.
 *
 * It keeps one short list of numbers for each object, where the usual library keeps three objects of half a kilobyte:
 * with thousands of objects that is much of all memory.
 */
export class PassDurations {
  /** By `Kind namespace/name`: the sum, then how many passes fell into each bucket, and beyond the last. */
  readonly #passes = new Map<string, number[]>();

  note(kind: string, key: string, seconds: number): void {
    const id = `${kind} ${key}`;
    const passes = this.#passes.get(id) ?? Array.from({ length: bounds.length + 2 }, () => 0);
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    const at = 1 + (bucket < 0 ? bounds.length : bucket);
    passes[0] = (passes[0] ?? 0) + seconds;
    passes[at] = (passes[at] ?? 0) + 1;
    this.#passes.set(id, passes);
  }

  forget(kind: string, key: string): void {
    this.#passes.delete(`${kind} ${key}`);
  }

  /** In Prometheus's text format, piece by piece: of thousands of objects it has many megabytes. */
  *render(): Generator<string> {
    yield `# HELP ${name} The duration in seconds of a GitOps Toolkit resource reconciliation.\n# TYPE ${name} histogram\n`;
    let piece = '';
    for (const line of this.#lines()) {
      piece += `${line}\n`;
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }

  *#lines(): Generator<string> {
    for (const [id, [sum = 0, ...counts]] of this.#passes) {
      const kind = id.slice(0, id.indexOf(' '));
      const object = parseKey(id.slice(kind.length + 1));
      const labels = labelsOf({ kind, name: object.name, namespace: object.namespace });
      let count = 0;
      for (const [at, inBucket] of counts.entries()) {
        count += inBucket;
        yield `${name}_bucket{${labelsOf({ le: String(bounds[at] ?? '+Inf') })},${labels}} ${count}`;
      }
      yield `${name}_sum{${labels}} ${sum}`;
      yield `${name}_count{${labels}} ${count}`;
    }
  }
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(
      ([label, value]) =>
        `${label}="${value.replace(/[\\"]/g, String.raw`\$&`).replace(/\n/g, String.raw`\n`)}"`,
    )
    .join(',');
}
