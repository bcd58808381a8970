import { isTidemarkError, TidemarkError } from '../../model/errors.ts';

/** Settings that an automation needs are missing or wrong, in the words of Flux's source manager. */
export function sourceFailed(message: string, cause?: unknown): TidemarkError {
  const retryAfterMs = isTidemarkError(cause) ? cause.retryAfterMs : undefined;
  return new TidemarkError('SourceManagerFailed', `failed configuring source manager: ${message}`, {
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
