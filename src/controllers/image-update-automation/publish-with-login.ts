import { isTidemarkError } from '../../model/errors.ts';
import type { Publisher, PublishRequest, PublishResult } from '../../pipeline/publish/ports.ts';
import type { Source } from './gather.ts';

/** Publishes. A login that ends on the way, or was revoked, is renewed once: a push is a compare-and-swap, so doing it again does no harm. */
export async function publishWithLogin(
  publisher: Publisher,
  { source, request }: { readonly source: Source; readonly request: Omit<PublishRequest, 'remote'> },
  signal: AbortSignal,
): Promise<PublishResult> {
  const { remote, login } = source;
  try {
    return await publisher.publish({ ...request, remote }, signal);
  } catch (error) {
    if (login === undefined || !isTidemarkError(error, 'GitUnauthorized')) throw error;
    login.source.refuse(login.shown);
    const credentials = await login.source.login(signal);
    return publisher.publish({ ...request, remote: { ...remote, credentials } }, signal);
  }
}
