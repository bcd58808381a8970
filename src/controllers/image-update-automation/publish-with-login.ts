import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import type { Login } from '../../model/login.ts';
import type { Publisher, PublishRequest, PublishResult } from '../../pipeline/publish/ports.ts';
import type { Source } from './gather.ts';

/** Publishes. A login that ends on the way, was revoked, or may not write is renewed once: a push is a compare-and-swap, so doing it again does no harm. */
export async function publishWithLogin(
  publisher: Publisher,
  { source, request }: { readonly source: Source; readonly request: Omit<PublishRequest, 'remote'> },
  signal: AbortSignal,
): Promise<PublishResult> {
  const { remote, login } = source;
  try {
    return await publisher.publish({ ...request, remote }, signal);
  } catch (error) {
    if (login === undefined || !mayBeTheLogin(error, login.shown)) throw error;
    login.source.refuse(login.shown);
    const credentials = await login.source.login(signal);
    try {
      return await publisher.publish({ ...request, remote: { ...remote, credentials } }, signal);
    } catch (again) {
      throw explained(again, credentials);
    }
  }
}

/** A login that could not write may have been allowed to meanwhile, and only a new one is told. */
function mayBeTheLogin(error: unknown, login: Login): boolean {
  if (isTidemarkError(error, 'GitUnauthorized')) return true;
  return isTidemarkError(error, 'GitPushRejected') && lackOf(login) !== undefined;
}

function explained(error: unknown, login: Login): unknown {
  const lacks = lackOf(login);
  if (lacks === undefined || !isTidemarkError(error, 'GitPushRejected', 'GitUnauthorized')) return error;
  return new TidemarkError(error.code, `${error.message}; ${lacks}`, { cause: error });
}

function lackOf(login: Login): string | undefined {
  return login.type === 'basic' ? login.lacks : undefined;
}
