import type { Told } from '../app/kubernetes/progress.ts';
import type { Output } from './output.ts';

/** What long work has come to. */
export interface Outcome<T> {
  readonly result: T;
  /** How many warnings it gave. */
  readonly warnings: number;
}

/** Says what long work tells, line by line, to its end. */
export async function tellProgress<T>(work: Told<T>, out: Output): Promise<Outcome<T>> {
  let warnings = 0;
  for (;;) {
    const next = await work.next();
    if (next.done === true) return { result: next.value, warnings };
    const { sign, text, detail } = next.value;
    out.say(sign, text);
    if (detail !== undefined) out.detail(detail);
    if (sign === 'warning') warnings += 1;
  }
}
