/** One place in which Tidemark leaves something else behind than Flux, on purpose. Each has a row in docs/differences.md. */
export interface KnownDifference {
  /** The start of the place, as the comparison names it: `snaps[0].ImagePolicy/app.conditions`. */
  readonly where: string;
  readonly reason: string;
}

/** By scenario. One that is not here is equal to Flux in every status, event, commit and file. */
export const knownDifferences: Readonly<Record<string, readonly KnownDifference[]>> = {};
