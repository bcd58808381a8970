import type { HttpRoute } from '../../../http/dispatchers.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../../http/http-client.ts';
import { HttpFailure } from '../../../http/http-failure.ts';
import { redactUrl } from '../../../http/redact-url.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import { askedPause } from './asked-pause.ts';
import type { HostLimiter } from './host-limiter.ts';
import { parseAllowance, type PullAllowance } from './pull-allowance.ts';
import { redirectTarget, sameOrigin } from './redirect.ts';
import { abortedError, failureError } from './registry-errors.ts';
import type { Throttle } from './throttle.ts';

/** How requests of one registry and identity travel. */
export interface Passage {
  readonly http: HttpRoute;
  /** Requests to the same registry share a limit. */
  readonly registry: string;
  /** Plain HTTP was allowed by the user, or the host is local. */
  readonly plainHttp: boolean;
  /** What the registry has asked of this account; shared by all who come as it. */
  readonly throttle: Throttle;
  readonly pulls: PullAllowance;
}

export interface RegistryRequest extends HttpRequest {
  /** The repository that it is for: waiting requests of different repositories take turns. */
  readonly lane: string;
  /** Counts as a pull, of which there may be only so many. */
  readonly pull?: boolean;
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
    for (let attempt = 1; ;) {
      await this.#waitForTurn(request, passage, signal);
      const outcome = await this.#attempt(request, passage, signal);
      if (outcome === undefined) continue;
      if (isFinal(outcome) || attempt === attempts) return unwrap(outcome);
      const asked = outcome instanceof TidemarkError ? undefined : outcome.retryAfterMs;
      if (asked !== undefined && asked > this.#parts.longestWaitMs) return unwrap(outcome);
      const backoff = firstBackoffMs * backoffFactor ** (attempt - 1) * (1 + this.#parts.random() * jitter);
      attempt += 1;
      if (await this.#rest(Math.max(backoff, asked ?? 0), signal)) continue;
      const aborted = abortedError(signal.reason, whereOf(request));
      // Out of time: what went wrong before says more than that.
      if (aborted.code === 'RegistryTimeout') return unwrap(outcome);
      throw aborted;
    }
  }

  /**
   * An answer, or an error that a second attempt may mend; other errors are thrown. Undefined when the registry asked for a pause
   * while this request waited for its turn.
   */
  async #attempt(
    request: RegistryRequest,
    passage: Passage,
    signal: AbortSignal,
  ): Promise<Answered | TidemarkError | undefined> {
    const { limiter, clock } = this.#parts;
    const place = { host: passage.registry, lane: request.lane };
    try {
      return await limiter.run(place, signal, async () => {
        const startedMs = clock.monotonicMs();
        const leave = passage.throttle.enter(startedMs);
        if (!leave) return undefined;
        try {
          const answer = await this.#follow(request, passage, signal);
          return this.#learn(answer, { request, passage, startedMs });
        } catch (error) {
          // What is in the way now is something else than too many requests.
          if (!signal.aborted) passage.throttle.admitted(startedMs);
          throw error;
        } finally {
          leave();
        }
      });
    } catch (error) {
      if (error instanceof HttpFailure && error.temporary) return failureError(error, whereOf(request));
      if (error instanceof HttpFailure) throw failureError(error, whereOf(request));
      throw signal.aborted ? abortedError(signal.reason, whereOf(request)) : error;
    }
  }

  /** Takes note of what the answer says about limits. */
  #learn(
    answer: Answered,
    { request, passage, startedMs }: { request: RegistryRequest; passage: Passage; startedMs: number },
  ): Answered {
    const { throttle, pulls } = passage;
    const nowMs = this.#parts.clock.monotonicMs();
    const askedMs = answer.retryAfterMs;
    const allowance = parseAllowance(answer.headers);
    if (answer.status === 429 && request.pull && allowance) {
      // No pulls are left: everything else goes on.
      pulls.learn({ ...allowance, remaining: 0 }, nowMs);
      return { ...answer, retryAfterMs: askedMs ?? pulls.exhausted(nowMs)?.waitMs };
    }
    if (allowance) pulls.learn(allowance, nowMs);
    if (answer.status === 429) throttle.refused({ startedMs, nowMs, askedMs });
    else if (askedMs !== undefined && retriedStatuses.has(answer.status)) throttle.pause(nowMs, askedMs);
    else throttle.admitted(startedMs);
    return answer;
  }

  /** Waits while the registry wants to be left alone. */
  async #waitForTurn(request: RegistryRequest, passage: Passage, signal: AbortSignal): Promise<void> {
    const { clock, longestWaitMs } = this.#parts;
    const used = request.pull ? passage.pulls.exhausted(clock.monotonicMs()) : undefined;
    if (used) throw throttledError(`${whereOf(request)}: ${used.text}`, used.waitMs);
    const { throttle } = passage;
    for (;;) {
      const waitMs = throttle.waitMs(clock.monotonicMs());
      const { probe } = throttle;
      if (waitMs <= 0 && !probe) return;
      const seconds = Math.ceil(waitMs / 1000);
      const text = waitMs > 0 ? `asks to wait ${seconds} s` : 'says that there are too many requests';
      const refusal = `${whereOf(request)}: the registry ${text}`;
      if (waitMs > longestWaitMs) throw throttledError(refusal, waitMs);
      if (await (waitMs > 0 ? this.#rest(waitMs, signal) : endOf(probe, signal))) continue;
      const aborted = abortedError(signal.reason, whereOf(request));
      if (aborted.code !== 'RegistryTimeout') throw aborted;
      throw throttledError(refusal, waitMs > 0 ? waitMs : undefined);
    }
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
    const now = this.#parts.clock.now();
    const retryAfterMs = askedPause(answer.headers, now, { limited: answer.status === 429 });
    return { ...answer, url, retryAfterMs };
  }
}

function isFinal(outcome: Answered | TidemarkError): boolean {
  return !(outcome instanceof TidemarkError) && !retriedStatuses.has(outcome.status);
}

function unwrap(outcome: Answered | TidemarkError): Answered {
  if (outcome instanceof TidemarkError) throw outcome;
  return outcome;
}

/** False when the signal was aborted before. */
async function endOf(probe: Promise<void> | undefined, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const leave = (): void => resolve();
  signal.addEventListener('abort', leave, { once: true });
  await Promise.race([probe, promise]);
  signal.removeEventListener('abort', leave);
  return !signal.aborted;
}

function throttledError(message: string, retryAfterMs: number | undefined): TidemarkError {
  return new TidemarkError('RegistryThrottled', message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}
