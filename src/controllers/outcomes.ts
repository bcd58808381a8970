import type { Reason } from '../api/conditions.ts';
import type { ErrorCode } from '../model/errors.ts';
import { isTidemarkError, messageOf } from '../model/errors.ts';
import type { Outcome } from '../reconcile/outcome.ts';

/** What a failure with a code means for an object. */
interface Handling {
  readonly reason: Reason;
  /**
   * `retry`: again with growing delays. `stalled`: only a change can help. `pending`: too early to tell.
   * `unexpected`: again, and an earlier Ready=False keeps its words.
   */
  readonly verdict: 'retry' | 'stalled' | 'pending' | 'unexpected';
}

const unexpected: Handling = { reason: 'Failed', verdict: 'unexpected' };

/** From code to condition. The compiler refuses a code without a row. */
export const outcomes: Readonly<Record<ErrorCode, Handling>> = {
  ImageNameInvalid: { reason: 'ImageURLInvalid', verdict: 'stalled' },
  FeatureUnsupported: { reason: 'FeatureGateDisabled', verdict: 'stalled' },
  AuthenticationFailed: { reason: 'AuthenticationFailed', verdict: 'retry' },
  ScheduleFailed: { reason: 'Failure', verdict: 'retry' },
  ScanFailed: { reason: 'ReadOperationFailed', verdict: 'retry' },

  PolicyInvalid: { reason: 'InvalidPolicy', verdict: 'stalled' },
  FilterInvalid: { reason: 'InvalidPolicy', verdict: 'stalled' },
  IntervalNotConfigured: { reason: 'IntervalNotConfigured', verdict: 'stalled' },
  AccessDenied: { reason: 'AccessDenied', verdict: 'retry' },
  DependencyNotReady: { reason: 'DependencyNotReady', verdict: 'retry' },
  DependencyPending: { reason: 'DependencyNotReady', verdict: 'pending' },
  NothingSelected: { reason: 'Failure', verdict: 'retry' },
  SelectFailed: { reason: 'Failure', verdict: 'retry' },

  InvalidPolicySelector: { reason: 'InvalidPolicySelector', verdict: 'stalled' },
  InvalidSourceConfiguration: { reason: 'InvalidSourceConfiguration', verdict: 'stalled' },
  SourceAccessDenied: { reason: 'AccessDenied', verdict: 'stalled' },
  SourceManagerFailed: { reason: 'SourceManagerFailed', verdict: 'retry' },
  UpdateStrategyInvalid: { reason: 'InvalidUpdateStrategy', verdict: 'stalled' },
  UpdateFailed: { reason: 'UpdateFailed', verdict: 'retry' },
  TemplateRemovedField: { reason: 'RemovedTemplateField', verdict: 'stalled' },
  GitOperationFailed: { reason: 'GitOperationFailed', verdict: 'retry' },

  // Steps wrap these in one of the codes above. One that comes through bare is still told, and tried again.
  CredentialsInvalid: unexpected,
  LoginFailed: unexpected,
  ExclusionPatternInvalid: unexpected,
  RegistryUnreachable: unexpected,
  RegistryTimeout: unexpected,
  RegistryUnauthorized: unexpected,
  RegistryForbidden: unexpected,
  RegistryNotFound: unexpected,
  RegistryThrottled: unexpected,
  RegistryServerError: unexpected,
  RegistryBadAnswer: unexpected,
  ImageRefInvalid: unexpected,
  UpdatePathInvalid: unexpected,
  GitUnreachable: unexpected,
  GitTimeout: unexpected,
  GitUnauthorized: unexpected,
  GitRefNotFound: unexpected,
  GitRemoteEmpty: unexpected,
  GitUnverified: unexpected,
  GitPushRejected: unexpected,
  GitPushRaced: unexpected,
  GitMirrorBroken: unexpected,
  GitFailed: unexpected,
  TemplateInvalid: unexpected,
  TemplateFailed: unexpected,
  ObjectInvalid: unexpected,
  NotFound: unexpected,
  AlreadyExists: unexpected,
  Conflict: unexpected,
  WatchExpired: unexpected,
  OwnedByFile: unexpected,
  StateDamaged: unexpected,
  StateLocked: unexpected,
  StateTooNew: unexpected,
  StateUnwritable: unexpected,
  DiskFull: unexpected,
  Aborted: unexpected,
  ClusterUnreachable: unexpected,
  ClusterUnauthorized: unexpected,
  ClusterForbidden: unexpected,
  ClusterThrottled: unexpected,
  ClusterFailed: unexpected,
  KindNotServed: unexpected,
  Failed: unexpected,
  UsageError: unexpected,
};

const pendingMs = 1000;

/** Turns anything a controller throws into an outcome. */
export function judge(error: unknown): Outcome {
  const { reason, verdict } = isTidemarkError(error) ? outcomes[error.code] : unexpected;
  const retryAfterMs = isTidemarkError(error) ? error.retryAfterMs : undefined;
  const message = messageOf(error);
  switch (verdict) {
    case 'stalled':
      return { type: 'stalled', reason, message };
    case 'pending':
      return { type: 'pending', retryAfterMs: retryAfterMs ?? pendingMs };
    case 'retry':
      return { type: 'failed', reason, message, retryAfterMs, keepsReadyFalse: false };
    case 'unexpected':
      return { type: 'failed', reason, message, retryAfterMs, keepsReadyFalse: true };
  }
}
