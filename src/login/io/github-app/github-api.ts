import { HttpFailure } from '../../../http/http-failure.ts';
import type { HttpAnswer, HttpClient } from '../../../http/http-client.ts';
import { parseRetryAfter } from '../../../http/retry-after.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { Refused } from '../../github-app/explain-refusal.ts';
import type { LoginRoute } from '../../ports.ts';

export interface GithubApiParts {
  readonly http: HttpClient;
  readonly clock: Clock;
}

export interface ApiCall {
  /** Ends with a slash. */
  readonly base: URL;
  readonly route: LoginRoute;
  /** The App's own token. */
  readonly token: string;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly ok: boolean;
  /** The answer as JSON; undefined when it is none. */
  readonly json: unknown;
  /** When the server answered, by its own clock if it said so. */
  readonly time: Date;
  /** Of a redirect. */
  readonly location: string | undefined;
  /** How it is told, should it not be what was hoped for. */
  readonly refused: Refused;
}

/** Asks the API of GitHub as an App. Throws `LoginFailed` without an answer, and `Aborted`. */
export async function askGithub(
  { http, clock }: GithubApiParts,
  { base, route, token, signal }: ApiCall,
  [method, path]: readonly ['GET' | 'POST', string],
): Promise<ApiAnswer> {
  const url = new URL(path, base);
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'x-github-api-version': '2022-11-28',
  };
  const { ca, proxy } = route;
  const way = { proxy, ...(ca === undefined ? {} : { tls: { ca } }) };
  const send = async (to: URL): Promise<ApiAnswer> => {
    const asked = `${method} ${to.href}`;
    try {
      const answer = await http.send({ method, url: to, headers }, way, signal);
      return readAnswer(answer, { asked, token, now: clock.now() });
    } catch (error) {
      throw failure(error, asked);
    }
  };
  const answer = await send(url);
  const moved = method === 'GET' ? newPlace(answer, url) : undefined;
  return moved === undefined ? answer : send(moved);
}

/** Where an organization is found that has another name now; never on another server. */
function newPlace({ refused, location }: ApiAnswer, url: URL): URL | undefined {
  if (![301, 302, 307, 308].includes(refused.status) || location === undefined) return undefined;
  const to = URL.parse(location, url.href);
  return to?.origin === url.origin ? to : undefined;
}

function readAnswer(
  { status, headers, body }: HttpAnswer,
  { asked, token, now }: { readonly asked: string; readonly token: string; readonly now: Date },
): ApiAnswer {
  const json = parseJson(body);
  const header = (name: string): string | undefined => [headers[name]].flat()[0];
  const theirs = Date.parse(header('date') ?? '');
  const time = Number.isNaN(theirs) ? now : new Date(theirs);
  return {
    ok: status >= 200 && status < 300 && json !== undefined,
    json,
    time,
    location: header('location'),
    refused: {
      asked,
      status,
      words: wordsIn(json, token),
      aheadMs: Number.isNaN(theirs) ? undefined : now.getTime() - theirs,
      pauseMs: pauseOf(status, header, time),
    },
  };
}

const unsaidPauseMs = 60_000;

/** How long GitHub wants to be left alone: its documentation says by which headers. */
function pauseOf(
  status: number,
  header: (name: string) => string | undefined,
  time: Date,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const asked = parseRetryAfter(header('retry-after'), time);
  if (asked !== undefined) return asked;
  const reset = Number(header('x-ratelimit-reset'));
  if (header('x-ratelimit-remaining') === '0' && Number.isFinite(reset))
    return Math.max(reset * 1000 - time.getTime(), 1000);
  return status === 429 ? unsaidPauseMs : undefined;
}

/** The `message` of an error, as far as it can be shown. */
function wordsIn(json: unknown, token: string): string | undefined {
  const message: unknown =
    typeof json === 'object' && json !== null ? Reflect.get(json, 'message') : undefined;
  if (typeof message !== 'string') return undefined;
  return message
    .replaceAll(token, '***')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function failure(error: unknown, asked: string): unknown {
  if (!(error instanceof HttpFailure)) return error;
  const { kind, message, cause } = error;
  if (kind !== 'aborted') return new TidemarkError('LoginFailed', `${asked}: ${message}`, { cause: error });
  if (cause instanceof TidemarkError) return cause;
  const timeIsUp = cause instanceof Error && cause.name === 'TimeoutError';
  return timeIsUp
    ? new TidemarkError('LoginFailed', `${asked}: no answer within the time limit`, { cause: error })
    : new TidemarkError('Aborted', `${asked}: aborted`, { cause: error });
}
