import type { ReconciledKind } from '../api/kinds.ts';
import type { Outcome } from './outcome.ts';

/** Told about every pass, for metrics and for progress on a terminal. */
export interface Observer {
  ran(
    kind: ReconciledKind,
    key: string,
    result: { readonly seconds: number; readonly outcome: Outcome | undefined },
  ): void;
  deleted(kind: ReconciledKind, key: string): void;
}
