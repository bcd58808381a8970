import { TidemarkError } from '../../model/errors.ts';
import type { ErrorCode } from '../../model/errors.ts';
import { HttpFailure } from '../../http/http-failure.ts';
import type { ApiStatus } from './api-status.ts';
import type { ApiVerb } from './api-request.ts';

/** What was asked for, as messages say it. */
export interface Asked {
  readonly verb: ApiVerb;
  /** `imagepolicies`, `imagepolicies/status`. */
  readonly resource: string;
  /** `ImagePolicy apps/web`, or the plural for a whole collection. */
  readonly what: string;
  readonly namespace?: string | undefined;
  readonly server: string;
}

export interface Refusal {
  readonly status: number;
  readonly body: ApiStatus | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** An answer that is no success, as an error: what was asked, what the server said, and what to do where that is plain. */
export function refused(asked: Asked, refusal: Refusal): TidemarkError {
  const { status, body, retryAfterMs } = refusal;
  const text = oneLine(body?.message ?? '');
  const fail = (code: ErrorCode, message: string): TidemarkError =>
    new TidemarkError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  switch (status) {
    case 401:
      return fail(
        'ClusterUnauthorized',
        `the API server at ${asked.server} does not accept our credentials: renew them (the token may have expired)`,
      );
    case 403:
      return fail('ClusterForbidden', forbidden(asked, text));
    case 404:
      return notFound(asked, body);
    case 409:
      return body?.reason === 'AlreadyExists'
        ? fail('AlreadyExists', `${asked.what} is there already`)
        : fail('Conflict', `${asked.what} has changed since it was read: read it again`);
    case 410:
      return fail(
        'WatchExpired',
        `the version to resume ${asked.what} from is too old: start again without one`,
      );
    case 400:
    case 422:
      return fail('ObjectInvalid', `${asked.what} is refused: ${causes(body) || text || `status ${status}`}`);
    case 429:
      return fail(
        'ClusterThrottled',
        `the API server is busy and asks to wait (${asked.verb} ${asked.resource})`,
      );
    default:
      return fail(
        'ClusterFailed',
        `the API server failed to ${asked.verb} ${asked.what}: ${text || `status ${status}`}`,
      );
  }
}

/** No complete answer, as an error. */
export function unanswered(asked: Asked, failure: unknown): unknown {
  if (!(failure instanceof HttpFailure)) return failure;
  if (failure.kind === 'aborted')
    return new TidemarkError('Aborted', `called off: ${asked.verb} ${asked.what}`, { cause: failure });
  return new TidemarkError(
    'ClusterUnreachable',
    `no answer from the API server at ${asked.server} (${asked.verb} ${asked.what}): ${failure.message}`,
    { cause: failure },
  );
}

function notFound({ what, resource, server }: Asked, body: ApiStatus | undefined): TidemarkError {
  const { kind, name } = body?.details ?? {};
  if (kind === 'namespaces' && resource !== 'namespaces')
    return new TidemarkError('NotFound', `there is no namespace ${name}: create it first`);
  // Only an answer about one object names it; without a name the server does not know the resource itself.
  return name === undefined
    ? new TidemarkError(
        'KindNotServed',
        `the cluster at ${server} does not know ${resource}: install the CustomResourceDefinitions (tidemark install)`,
      )
    : new TidemarkError('NotFound', `there is no ${what}`);
}

/** The server's sentence names the user and the right that is missing; a plain one would only repeat it. */
function forbidden({ verb, resource, namespace }: Asked, text: string): string {
  const where = namespace ? `in namespace "${namespace}"` : 'in all namespaces';
  return `not allowed to ${verb} ${resource} ${where}: ${text || 'forbidden'}`;
}

function causes(body: ApiStatus | undefined): string {
  const list = body?.details?.causes ?? [];
  return list.map(({ field, message }) => oneLine([field, message].filter(Boolean).join(': '))).join('; ');
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 1000 ? `${line.slice(0, 997).toWellFormed()}...` : line;
}
