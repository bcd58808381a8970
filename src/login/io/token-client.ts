import type { HttpAnswer, HttpClient, HttpRequest } from '../../http/http-client.ts';
import { HttpFailure } from '../../http/http-failure.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import type { Clock } from '../../model/clock.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { LoginRoute } from '../ports.ts';

export interface TokenClientParts {
  /** For everything that an object has a say in: hosts, proxies, addresses are judged before a connection is made. */
  readonly http: Pick<HttpClient, 'send'>;
  /** For this machine's own metadata services: no proxy, no judgement. */
  readonly own: Pick<HttpClient, 'send'>;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /**
   * Whether the CA that an object brings counts here. Not where objects are other people's: with it and with a proxy of their own they
   * would read what this program shows to a cloud.
   */
  readonly trustsObjects: boolean;
}

export interface TokenRequest extends Pick<HttpRequest, 'method' | 'url' | 'headers'> {
  /** Who is asked, for messages: `Microsoft Entra ID`. */
  readonly from: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
  readonly text: string;
  /** Of `text`; undefined when it is no JSON. */
  readonly body: unknown;
  /** The time as the server has it: what an end is counted from. */
  readonly serverNow: Date;
  /** How far this machine's clock is ahead of the server's. */
  readonly clockAheadMs: number;
}

/** Nobody answers at a metadata service: this machine has no such thing. */
export interface NoAnswer {
  readonly reason: string;
}

const attempts = 3;
const firstPauseMs = 1000;
const pauseFactor = 3;
const jitter = 0.2;
/** Who asks for a longer pause is not waited for: the exchange fails and says when to come back. */
const longestPauseMs = 30_000;
const retriedStatuses: ReadonlySet<number> = new Set([408, 410, 429, 500, 502, 503, 504]);
const mostQuiet = 1000;

/**
 * Asks token services politely: three attempts with pauses, `Retry-After` obeyed by everybody who asks at the same place.
 * Any status but those of a service that is busy is an answer; no answer is `LoginFailed`, without anything that was sent in it.
 */
export class TokenClient {
  readonly #parts: TokenClientParts;
  /** Until when a place does not want to be asked, in monotonic time. */
  readonly #quiet = new Map<string, number>();

  constructor(parts: TokenClientParts) {
    this.#parts = parts;
  }

  async send(request: TokenRequest, route: LoginRoute, signal: AbortSignal): Promise<TokenAnswer> {
    const { proxy } = route;
    const ca = this.#parts.trustsObjects ? route.ca : undefined;
    const way = { ...(proxy === undefined ? {} : { proxy }), ...(ca === undefined ? {} : { tls: { ca } }) };
    for (let attempt = 1; ; attempt += 1) {
      const failed = await this.#ask(request, signal, () =>
        this.#parts.http.send(requestOf(request), way, signal),
      );
      if (!(failed instanceof HttpFailure)) return failed;
      if (!failed.temporary || attempt === attempts) throw unreachable(request, failed);
      await this.#rest(this.#pause(attempt), request, signal);
    }
  }

  /** Asks a metadata service of this machine. Nobody there is an answer as well. */
  async sendOwn(request: TokenRequest, signal: AbortSignal): Promise<TokenAnswer | NoAnswer> {
    const answer = await this.#ask(request, signal, () =>
      this.#parts.own.send(requestOf(request), {}, signal),
    );
    return answer instanceof HttpFailure ? { reason: answer.message } : answer;
  }

  /** One answer that is not a busy service's. */
  async #ask(
    request: TokenRequest,
    signal: AbortSignal,
    send: () => Promise<HttpAnswer>,
  ): Promise<TokenAnswer | HttpFailure> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#keepQuiet(request, signal);
      const answer = await attemptOnce(send);
      if (answer instanceof HttpFailure) {
        if (answer.kind === 'aborted') throw aborted(request, signal);
        return answer;
      }
      if (!retriedStatuses.has(answer.status)) return this.#read(answer);
      const askedMs = this.#noteQuiet(request, answer);
      const pauseMs = Math.max(askedMs ?? 0, this.#pause(attempt));
      if (attempt === attempts || pauseMs > longestPauseMs) throw busy(request, answer.status, askedMs);
      await this.#rest(pauseMs, request, signal);
    }
  }

  #read({ status, headers, body }: HttpAnswer): TokenAnswer {
    const now = this.#parts.clock.now();
    const date = Date.parse(String(headers['date'] ?? ''));
    const serverNow = Number.isNaN(date) ? now : new Date(date);
    const text = body.toString('utf8');
    return {
      status,
      headers,
      text,
      body: parseJson(text),
      serverNow,
      clockAheadMs: now.getTime() - serverNow.getTime(),
    };
  }

  #pause(attempt: number): number {
    return firstPauseMs * pauseFactor ** (attempt - 1) * (1 + jitter * this.#parts.random());
  }

  #noteQuiet(request: TokenRequest, { headers }: HttpAnswer): number | undefined {
    const { clock } = this.#parts;
    const header = headers['retry-after'];
    const askedMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, clock.now());
    if (askedMs === undefined) return undefined;
    if (this.#quiet.size >= mostQuiet) this.#quiet.clear();
    this.#quiet.set(placeOf(request), clock.monotonicMs() + askedMs);
    return askedMs;
  }

  async #keepQuiet(request: TokenRequest, signal: AbortSignal): Promise<void> {
    const place = placeOf(request);
    const leftMs = (this.#quiet.get(place) ?? 0) - this.#parts.clock.monotonicMs();
    if (leftMs > longestPauseMs) throw busy(request, undefined, leftMs);
    if (leftMs > 0) await this.#rest(leftMs, request, signal);
    this.#quiet.delete(place);
  }

  async #rest(ms: number, request: TokenRequest, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.clock.sleep(ms, signal);
    } catch (error) {
      throw signal.aborted ? aborted(request, signal) : error;
    }
  }
}

function requestOf({ method, url, headers = {}, form, json }: TokenRequest): HttpRequest {
  const accept = { accept: 'application/json', ...headers };
  if (form !== undefined) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method, url, headers: { ...accept, ...type }, body: new URLSearchParams(form).toString() };
  }
  if (json === undefined) return { method, url, headers: accept };
  const type = { 'content-type': 'application/json' };
  return { method, url, headers: { ...accept, ...type }, body: JSON.stringify(json) };
}

async function attemptOnce(send: () => Promise<HttpAnswer>): Promise<HttpAnswer | HttpFailure> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof HttpFailure) return error;
    throw error;
  }
}

/** Query and fragment may hold what is nobody's business. */
function placeOf({ url }: TokenRequest): string {
  return `${url.origin}${url.pathname}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable({ from, url }: TokenRequest, failure: HttpFailure): TidemarkError {
  return new TidemarkError('LoginFailed', `${from} (${url.host}) cannot be reached: ${failure.message}`, {
    cause: failure,
  });
}

function busy(
  { from }: TokenRequest,
  status: number | undefined,
  askedMs: number | undefined,
): TidemarkError {
  const seen = status === undefined ? '' : ` (${status})`;
  const wait = askedMs === undefined ? '' : `; it asks to wait ${Math.ceil(askedMs / 1000)} s`;
  const what = status === undefined || status === 429 ? 'limits requests' : 'is busy or broken';
  const options = askedMs === undefined ? {} : { retryAfterMs: Math.ceil(askedMs) };
  return new TidemarkError('LoginFailed', `${from} ${what}${seen}${wait}`, options);
}

/** The object's time is up, or nobody wants the login any more. */
function aborted({ from }: TokenRequest, signal: AbortSignal): TidemarkError {
  const cause: unknown = signal.reason;
  if (cause instanceof TidemarkError) return cause;
  return cause instanceof Error && cause.name === 'TimeoutError'
    ? new TidemarkError('LoginFailed', `${from}: no answer within the time limit`, { cause })
    : new TidemarkError('Aborted', `${from}: aborted`, { cause });
}
