/** One place in which Tidemark leaves something else behind than Flux, on purpose. Each has a row in docs/differences.md. */
export interface KnownDifference {
  /** The start of the place, as the comparison names it: `snaps[0].ImagePolicy/app.conditions`. */
  readonly where: string;
  readonly reason: string;
}

/** By scenario. One that is not here is equal to Flux in every status, event, commit and file. */
export const knownDifferences: Readonly<Record<string, readonly KnownDifference[]>> = {
  'u11-unknown-policy': [
    {
      where: 'snaps[0].ImageUpdateAutomation/auto.conditions[0].message',
      reason: 'a marker for a policy that does not exist is named in the Ready message',
    },
    { where: 'events.ImageUpdateAutomation/auto', reason: 'and in a warning event' },
  ],
  'u14-selector': [
    {
      where: 'events.ImageUpdateAutomation/auto',
      reason: 'that nothing has changed is told only to those who asked, not at every run',
    },
  ],
  'u26-delete': [
    {
      where: 'snaps[2].ImageUpdateAutomation/auto.conditions[0].message',
      reason: 'the marker of the deleted policy is named in the Ready message',
    },
    { where: 'events.ImageUpdateAutomation/auto', reason: 'and in a warning event' },
  ],
};
