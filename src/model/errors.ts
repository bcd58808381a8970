/**
 * Every way in which Tidemark can fail, by name.
 *
 * The code says what happened; the message says it to a person: what was wrong, where, what to do.
 * `controllers/outcomes.ts` turns a code into a condition, and the compiler lists a missing row there.
 */
export type ErrorCode =
  // scan
  | 'ImageNameInvalid'
  | 'CredentialsInvalid'
  | 'LoginFailed'
  | 'ExclusionPatternInvalid'
  | 'RegistryUnreachable'
  | 'RegistryTimeout'
  | 'RegistryUnauthorized'
  | 'RegistryForbidden'
  | 'RegistryNotFound'
  | 'RegistryThrottled'
  | 'RegistryServerError'
  | 'RegistryBadAnswer'
  // select
  | 'PolicyInvalid'
  | 'FilterInvalid'
  | 'NothingSelected'
  // update
  | 'ImageRefInvalid'
  | 'UpdatePathInvalid'
  | 'UpdateStrategyInvalid'
  // publish
  | 'GitUnreachable'
  | 'GitTimeout'
  | 'GitUnauthorized'
  | 'GitRefNotFound'
  | 'GitRemoteEmpty'
  | 'GitUnverified'
  | 'GitPushRejected'
  | 'GitPushRaced'
  | 'GitMirrorBroken'
  | 'GitFailed'
  | 'TemplateInvalid'
  | 'TemplateFailed'
  | 'TemplateRemovedField'
  // objects and store
  | 'ObjectInvalid'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'WatchExpired'
  | 'StateLocked'
  | 'StateTooNew'
  | 'StateUnwritable'
  | 'StateDamaged'
  | 'OwnedByFile'
  | 'DiskFull'
  | 'Aborted'
  // the API server of a cluster
  | 'ClusterUnreachable'
  | 'ClusterUnauthorized'
  | 'ClusterForbidden'
  | 'ClusterThrottled'
  | 'ClusterFailed'
  | 'KindNotServed'
  // outcomes of a reconcile run; the text is the condition's message
  | 'AccessDenied'
  | 'AuthenticationFailed'
  | 'DependencyNotReady'
  | 'DependencyPending'
  | 'FeatureUnsupported'
  | 'InvalidPolicySelector'
  | 'InvalidSourceConfiguration'
  | 'SourceManagerFailed'
  | 'IntervalNotConfigured'
  | 'ScanFailed'
  | 'ScheduleFailed'
  | 'SelectFailed'
  | 'SourceAccessDenied'
  | 'UpdateFailed'
  | 'GitOperationFailed'
  | 'Failed'
  // command line
  | 'UsageError';

/** A failure with a code. The message is complete and safe to show: redact before constructing. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  /** How long the other side asked to wait, in milliseconds (`Retry-After`). */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TidemarkError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** True when `error` is a TidemarkError, and has one of `codes` if any are given. */
export function isTidemarkError(error: unknown, ...codes: readonly ErrorCode[]): error is TidemarkError {
  return error instanceof TidemarkError && (codes.length === 0 || codes.includes(error.code));
}

/** The text of anything thrown, for a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
