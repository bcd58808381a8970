import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import type { AccountIdentity } from '../ports.ts';

/** A token of a service account for `audience`. What the cluster refuses is `LoginFailed`, as all that is wrong with a login. */
export async function accountToken(
  account: AccountIdentity,
  audience: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await account.requestToken(audience, signal);
  } catch (cause) {
    if (!isTidemarkError(cause) || cause.code === 'Aborted') throw cause;
    const { retryAfterMs, message } = cause;
    throw new TidemarkError(
      'LoginFailed',
      `failed to create kubernetes token for service account '${account.namespace}/${account.name}': ${message}`,
      { cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    );
  }
}
