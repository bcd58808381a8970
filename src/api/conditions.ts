/** Reasons of conditions and events, spelled as Flux spells them: scripts and alerts match on these words. */
export const reasons = {
  succeeded: 'Succeeded',
  /** An error that no step has given a reason of its own. */
  failed: 'Failed',
  progressing: 'Progressing',
  progressingWithRetry: 'ProgressingWithRetry',

  // ImageRepository
  imageURLInvalid: 'ImageURLInvalid',
  authenticationFailed: 'AuthenticationFailed',
  /** Not the same word as `Failed`: Flux uses both. */
  failure: 'Failure',
  readOperationFailed: 'ReadOperationFailed',
  featureGateDisabled: 'FeatureGateDisabled',

  // ImagePolicy
  intervalNotConfigured: 'IntervalNotConfigured',
  dependencyNotReady: 'DependencyNotReady',
  accessDenied: 'AccessDenied',
  invalidPolicy: 'InvalidPolicy',

  // ImageUpdateAutomation
  invalidPolicySelector: 'InvalidPolicySelector',
  invalidSourceConfiguration: 'InvalidSourceConfiguration',
  invalidUpdateStrategy: 'InvalidUpdateStrategy',
  sourceManagerFailed: 'SourceManagerFailed',
  gitOperationFailed: 'GitOperationFailed',
  updateFailed: 'UpdateFailed',
  removedTemplateField: 'RemovedTemplateField',
} as const;

export type Reason = (typeof reasons)[keyof typeof reasons];
