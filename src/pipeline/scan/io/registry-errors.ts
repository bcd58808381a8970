import type { HttpFailure } from '../../../http/http-failure.ts';
import type { ErrorCode } from '../../../model/errors.ts';
import { TidemarkError } from '../../../model/errors.ts';
import { looksLikeHtml } from './tag-page.ts';

const failureCodes = {
  unreachable: 'RegistryUnreachable',
  broken: 'RegistryUnreachable',
  timeout: 'RegistryTimeout',
  'too-large': 'RegistryBadAnswer',
} as const;

/** A request that got no complete answer. `where` is its method and URL. */
export function failureError(failure: HttpFailure, where: string): TidemarkError {
  if (failure.kind === 'aborted') return abortedError(failure.cause, where);
  return new TidemarkError(failureCodes[failure.kind], `${where}: ${failure.message}`, { cause: failure });
}

/** The caller's own signal: its time is up, or nobody wants the answer any more. */
export function abortedError(reason: unknown, where: string): TidemarkError {
  if (reason instanceof TidemarkError) return reason;
  const timeIsUp = reason instanceof Error && reason.name === 'TimeoutError';
  return timeIsUp
    ? new TidemarkError('RegistryTimeout', `${where}: no answer within the time limit`, { cause: reason })
    : new TidemarkError('Aborted', `${where}: aborted`, { cause: reason });
}

/** An answer whose status is not the one that was hoped for. */
export interface BadStatus {
  readonly where: string;
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfterMs?: number | undefined;
  /** Added at the end, for the person who reads it. */
  readonly hint?: string | undefined;
  /** Texts that must not appear, should the registry repeat what it was sent. */
  readonly secrets: readonly string[];
}

/** With what somebody stood at a door that stayed shut. */
export interface Showing {
  readonly host: string;
  readonly hasCredential: boolean;
  /** The credential was good for a token, and the token was refused by the registry. */
  readonly repository?: string | undefined;
  /** Where the credential came from, when no object names it. */
  readonly origin?: string | undefined;
  /** Why there is no credential although there should be. */
  readonly problem?: string | undefined;
}

/** Why a door stayed shut, as far as it is known on this side. */
export function refusedHint(status: number, showing: Showing): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  const { host, hasCredential, repository, origin, problem } = showing;
  if (!hasCredential) {
    const looked = origin === undefined ? '' : `, and there are none in ${origin}`;
    return `no credentials for ${host} were given${problem === undefined ? looked : `: ${problem}`}`;
  }
  const from = origin === undefined ? '' : ` (from ${origin})`;
  if (repository === undefined) return `the credentials for ${host}${from} were refused`;
  return `the credentials for ${host}${from} were accepted, but do not open ${repository}: it is missing, or they may not pull it`;
}

export function statusError(bad: BadStatus): TidemarkError {
  const { where, status, body, retryAfterMs, secrets } = bad;
  const text = body.toString('utf8');
  const reported = reportedErrors(text);
  const what = reported ? `${reported} (${statusLine(status)})` : unexpected(status, text);
  const wait = retryAfterMs === undefined ? '' : `; asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
  const hint = bad.hint === undefined ? '' : `; ${bad.hint}`;
  const message = `${where}: ${hideSecrets(what, secrets)}${wait}${hint}`;
  return new TidemarkError(codeOf(status), message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function codeOf(status: number): ErrorCode {
  const known: Readonly<Record<number, ErrorCode>> = {
    401: 'RegistryUnauthorized',
    403: 'RegistryForbidden',
    404: 'RegistryNotFound',
    408: 'RegistryServerError',
    429: 'RegistryThrottled',
    499: 'RegistryServerError',
  };
  return known[status] ?? (status >= 500 ? 'RegistryServerError' : 'RegistryBadAnswer');
}

/** The errors of the distribution specification: `CODE: message`, several of them joined. */
function reportedErrors(text: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const errors: unknown = Reflect.get(answer, 'errors');
  // Token servers and proxies in front of registries have shapes of their own.
  if (!Array.isArray(errors)) return plainReport(answer);
  const list: readonly unknown[] = errors;
  const texts = list.slice(0, 3).flatMap((error) => {
    if (typeof error !== 'object' || error === null) return [];
    const [code, message] = [Reflect.get(error, 'code'), Reflect.get(error, 'message')].map(
      (part: unknown) => {
        return typeof part === 'string' ? clean(part, 200) : '';
      },
    );
    return code || message ? [[code, message].filter(Boolean).join(': ')] : [];
  });
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** `{"message": "..."}` and its kin. */
function plainReport(answer: object): string | undefined {
  const texts = ['message', 'error_description', 'details', 'detail', 'error'].map((name): unknown =>
    Reflect.get(answer, name),
  );
  const text = texts.find((part) => typeof part === 'string' && part !== '');
  return typeof text === 'string' ? clean(text, 200) : undefined;
}

function unexpected(status: number, text: string): string {
  const excerpt = looksLikeHtml(text) ? 'an HTML page' : clean(text, 200);
  return `unexpected status code ${statusLine(status)}${excerpt === '' ? '' : `: ${excerpt}`}`;
}

/** One line of printable characters: an answer must not be able to forge lines of a log. */
function clean(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit)}...` : line;
}

/** Shorter texts would take ordinary words with them. */
const shortestSecret = 4;

export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestSecret)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  410: 'Gone',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

function statusLine(status: number): string {
  const reason = reasons[status];
  return reason === undefined ? String(status) : `${status} ${reason}`;
}
