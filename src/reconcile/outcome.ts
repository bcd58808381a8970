/** How a run ended. Everything the engine has to know; the conditions follow from it. */
export type Outcome =
  /** The object is as it should be. Looked at again after `requeueAfterMs`, or when something happens. */
  | { readonly type: 'ready'; readonly message: string; readonly requeueAfterMs: number | undefined }
  /** Only a change of the object (or of what it refers to) can help: not tried again by itself. */
  | { readonly type: 'stalled'; readonly reason: string; readonly message: string }
  /** Tried again: after `retryAfterMs`, or with growing delays. */
  | {
      readonly type: 'failed';
      readonly reason: string;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
      /** An unexpected error does not replace what an earlier run said in Ready=False. */
      readonly keepsReadyFalse: boolean;
    }
  /** Too early to tell: nothing is written; looked at again after `retryAfterMs` at the latest. */
  | { readonly type: 'pending'; readonly retryAfterMs: number };
