import type { HttpRoute } from '../../../http/dispatchers.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../../http/http-client.ts';
import { HttpFailure } from '../../../http/http-failure.ts';
import { redactUrl } from '../../../http/redact-url.ts';
import { parseRetryAfter } from '../../../http/retry-after.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { HostLimiter } from './host-limiter.ts';
import { redirectTarget, sameOrigin } from './redirect.ts';
import { abortedError, failureError } from './registry-errors.ts';

/** How requests of one registry and identity travel. */
export interface Passage {
  readonly http: HttpRoute;
  /** Requests to the same registry share a limit. */
  readonly registry: string;
  /** Plain HTTP was allowed by the user, or the host is local. */
  readonly plainHttp: boolean;
  /** Monotonic time before which the registry does not want to be asked by this identity. */
  quietUntilMs: number;
}

export interface RegistryRequest extends HttpRequest {
  /** The repository that it is for: waiting requests of different repositories take turns. */
  readonly lane: string;
}

/** An answer, and the URL that gave it after redirects. */
export interface Answered extends HttpAnswer {
  readonly url: URL;
  readonly retryAfterMs: number | undefined;
}

export interface TransportParts {
  readonly http: Pick<HttpClient, 'send'>;
  readonly limiter: HostLimiter;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** A registry that asks for a longer pause is not waited for: the run fails and says when to come back. */
  readonly longestWaitMs: number;
}

const attempts = 3;
const firstBackoffMs = 1000;
const backoffFactor = 3;
const jitter = 0.1;
const maxRedirects = 10;
const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Method and URL, as they stand in messages. */
export function whereOf({ method, url }: Pick<HttpRequest, 'method' | 'url'>): string {
  return `${method} ${redactUrl(url)}`;
}

/**
 * Sends requests politely: a limit per registry, three attempts with pauses, `Retry-After` obeyed, redirects followed.
 * Any status that is left in the end is an answer; no answer is a `TidemarkError`.
 */
export class RegistryTransport {
  readonly #parts: TransportParts;

  constructor(parts: TransportParts) {
    this.#parts = parts;
  }

  async send(request: RegistryRequest, passage: Passage, signal: AbortSignal): Promise<Answered> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#keepQuiet(request, passage, signal);
      const outcome = await this.#attempt(request, passage, signal);
      if (isFinal(outcome) || attempt === attempts) return unwrap(outcome);
      const asked = outcome instanceof TidemarkError ? undefined : outcome.retryAfterMs;
      if (asked !== undefined && asked > this.#parts.longestWaitMs) return unwrap(outcome);
      const backoff = firstBackoffMs * backoffFactor ** (attempt - 1) * (1 + this.#parts.random() * jitter);
      if (await this.#rest(Math.max(backoff, asked ?? 0), signal)) continue;
      const aborted = abortedError(signal.reason, whereOf(request));
      // Out of time: what went wrong before says more than that.
      if (aborted.code === 'RegistryTimeout') return unwrap(outcome);
      throw aborted;
    }
  }

  /** An answer, or an error that a second attempt may mend; other errors are thrown. */
  async #attempt(
    request: RegistryRequest,
    passage: Passage,
    signal: AbortSignal,
  ): Promise<Answered | TidemarkError> {
    const { limiter, clock } = this.#parts;
    try {
      const place = { host: passage.registry, lane: request.lane };
      const answer = await limiter.run(place, signal, () => this.#follow(request, passage, signal));
      const asked = answer.retryAfterMs;
      if (asked !== undefined && retriedStatuses.has(answer.status)) {
        passage.quietUntilMs = Math.max(passage.quietUntilMs, clock.monotonicMs() + asked);
      }
      return answer;
    } catch (error) {
      if (error instanceof HttpFailure && error.temporary) return failureError(error, whereOf(request));
      if (error instanceof HttpFailure) throw failureError(error, whereOf(request));
      throw signal.aborted ? abortedError(signal.reason, whereOf(request)) : error;
    }
  }

  /** Waits while the registry wants to be left alone. */
  async #keepQuiet(request: RegistryRequest, passage: Passage, signal: AbortSignal): Promise<void> {
    const waitMs = passage.quietUntilMs - this.#parts.clock.monotonicMs();
    if (waitMs <= 0) return;
    const patient = waitMs <= this.#parts.longestWaitMs;
    if (patient && (await this.#rest(waitMs, signal))) return;
    const aborted = patient && abortedError(signal.reason, whereOf(request));
    if (aborted && aborted.code !== 'RegistryTimeout') throw aborted;
    const message = `${whereOf(request)}: the registry asks to wait ${Math.ceil(waitMs / 1000)} s`;
    throw new TidemarkError('RegistryThrottled', message, { retryAfterMs: waitMs });
  }

  /** False when the signal was aborted before the time had passed. */
  async #rest(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#parts.clock.sleep(ms, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  async #follow(request: RegistryRequest, passage: Passage, signal: AbortSignal): Promise<Answered> {
    let { url, headers = {} } = request;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const answer = await this.#parts.http.send({ ...request, url, headers }, passage.http, signal);
      if (!redirects.has(answer.status)) return this.#answered(answer, url);
      const location = [answer.headers['location'] ?? []].flat()[0];
      // A form with a refresh token in it stays where it was meant to go.
      const target =
        request.body === undefined
          ? redirectTarget(url, location, passage)
          : 'a redirect is not followed with a secret in the request';
      if (typeof target === 'string') {
        throw new TidemarkError('RegistryBadAnswer', `${whereOf({ ...request, url })}: ${target}`);
      }
      if (!sameOrigin(url, target)) headers = withoutCredentials(headers);
      url = target;
    }
    throw new TidemarkError('RegistryBadAnswer', `${whereOf(request)}: more than ${maxRedirects} redirects`);
  }

  #answered(answer: HttpAnswer, url: URL): Answered {
    const header = [answer.headers['retry-after'] ?? []].flat()[0];
    return { ...answer, url, retryAfterMs: parseRetryAfter(header, this.#parts.clock.now()) };
  }
}

function isFinal(outcome: Answered | TidemarkError): boolean {
  return !(outcome instanceof TidemarkError) && !retriedStatuses.has(outcome.status);
}

function unwrap(outcome: Answered | TidemarkError): Answered {
  if (outcome instanceof TidemarkError) throw outcome;
  return outcome;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}
