import { HttpFailure } from '../../http/http-failure.ts';
import type { ProxyChoice } from '../../http/proxy-environment.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import type { Clock } from '../../model/clock.ts';
import { isTidemarkError, TidemarkError } from '../../model/errors.ts';
import { refused, unanswered, type Asked } from './api-failure.ts';
import { headersOf, isWrite, methodOf, resourceName, subjectOf, urlOf, withQuery } from './api-request.ts';
import type { ApiRequest, ApiVerb } from './api-request.ts';
import { parseApiStatus } from './api-status.ts';
import type { Connection } from './connection.ts';
import { readLines } from './read-lines.ts';
import { RequestLimiter } from './request-limiter.ts';
import { retryDelay } from './retry-delay.ts';
import { failureOf, Transport, type WireAnswer } from './transport.ts';

/** One request that was made, for metrics and for tests of what we are allowed to do. */
export interface RequestRecord {
  readonly verb: ApiVerb;
  readonly apiVersion: string;
  /** `imagepolicies/status`; empty for paths that are no resources. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly seconds: number;
}

export interface KubeClientOptions {
  readonly connection: Connection;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Our own pace; 50 and 300 as Flux has them. */
  readonly qps?: number;
  readonly burst?: number;
  readonly requestTimeoutMs?: number;
  /** Who has set a field, in `managedFields`. */
  readonly fieldManager?: string;
  readonly proxyFor?: ProxyChoice;
  /** Called before every write that is not urgent; throws when nothing may be written (any more). */
  readonly beforeWrite?: () => void;
  readonly onRequest?: (record: RequestRecord) => void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
}

interface Wire {
  readonly method: ReturnType<typeof methodOf>;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A watch without news still has a bookmark about every minute. */
const watchSilenceMs = 180_000;

/** Speaks to an API server: paces itself, waits when it is told to, renews credentials, and says in our words what failed. */
export class KubeClient {
  readonly #options: KubeClientOptions;
  readonly #transport: Transport;
  readonly #limiter: RequestLimiter;

  constructor(options: KubeClientOptions) {
    this.#options = options;
    this.#transport = new Transport(options);
    const { clock, qps = 50, burst = 300 } = options;
    this.#limiter = new RequestLimiter({ clock, qps, burst });
  }

  get server(): string {
    return this.#options.connection.server.host;
  }

  /** The namespace of the pod or of the kubeconfig context. */
  get namespace(): string | undefined {
    return this.#options.connection.namespace;
  }

  /** Makes a request and reads the answer as JSON. Throws a `TidemarkError` for anything but success. */
  async request(request: ApiRequest): Promise<unknown> {
    if (isWrite(request) && request.urgent !== true) this.#options.beforeWrite?.();
    return this.#parse(request, await this.#exchange(request, this.#wireOf(request)));
  }

  /** Reads a path that is no resource: `/version`, `/apis/apps/v1`. */
  async read(path: string, signal?: AbortSignal): Promise<unknown> {
    const resource = { kind: path, apiVersion: '', plural: path, namespaced: false };
    const url = withQuery(this.#options.connection.server, path, {});
    const request: ApiRequest = { verb: 'get', resource, signal };
    return this.#parse(
      request,
      await this.#exchange(request, { method: 'GET', url, headers: headersOf(request) }),
    );
  }

  /** The lines of a watch, parsed, until the server ends it. Throws when it breaks off. */
  async *watch(request: ApiRequest & { readonly signal: AbortSignal }): AsyncGenerator {
    for await (const line of this.lines(request)) yield this.#parse(request, line);
  }

  /** The lines of an answer that goes on, until the server ends it. Throws when it breaks off. */
  async *lines(request: ApiRequest & { readonly signal: AbortSignal }): AsyncGenerator<string> {
    const { signal } = request;
    const asked = this.#askedOf(request);
    await this.#limiter.take(signal, request);
    const answer = await this.#open(request, signal);
    // The body reports its own destruction as an error once nobody reads it any more.
    answer.body.on('error', () => undefined);
    try {
      yield* readLines(answer.body);
    } catch (error) {
      throw isTidemarkError(error) ? error : unanswered(asked, failureOf(error, signal));
    } finally {
      answer.body.destroy();
    }
  }

  /** Drops every connection; requests under way fail. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  async #open(request: ApiRequest, signal: AbortSignal): Promise<WireAnswer> {
    const wire = this.#wireOf(request);
    for (let renew = false; ; renew = true) {
      const startedMs = this.#options.clock.monotonicMs();
      const identity = await this.#options.connection.identify({ renew });
      let answer: WireAnswer;
      try {
        const { silenceMs = watchSilenceMs } = request;
        answer = await this.#transport.send({ ...wire, identity, signal, silenceMs });
      } catch (error) {
        this.#record(request, 0, startedMs);
        throw unanswered(this.#askedOf(request), error);
      }
      this.#record(request, answer.status, startedMs);
      if (answer.status === 200) return answer;
      const text = await answer.body.text().catch(() => '');
      if (answer.status === 401 && !renew) continue;
      throw refused(this.#askedOf(request), {
        status: answer.status,
        body: parseApiStatus(text),
        retryAfterMs: this.#retryAfter(answer),
      });
    }
  }

  async #exchange(request: ApiRequest, wire: Wire): Promise<string> {
    const { signal = new AbortController().signal, urgent = false } = request;
    for (let tries = 1, renew = false; ; tries += 1) {
      if (!urgent) await this.#limiter.take(signal, request);
      const outcome = await this.#try(request, wire, renew);
      if ('status' in outcome && outcome.status >= 200 && outcome.status < 300) return outcome.text;
      const isRefused: boolean = 'status' in outcome && outcome.status === 401 && !renew;
      const delayMs = urgent ? undefined : retryDelay(wire.method, outcome, { tries });
      if (!isRefused && delayMs === undefined) throw this.#failure(request, outcome);
      renew ||= isRefused;
      if (delayMs !== undefined) await this.#options.clock.sleep(delayMs, signal);
    }
  }

  async #try(
    request: ApiRequest,
    wire: Wire,
    renew: boolean,
  ): Promise<Answer | { readonly failure: HttpFailure }> {
    const { timeoutMs = this.#options.requestTimeoutMs ?? 30_000 } = request;
    const startedMs = this.#options.clock.monotonicMs();
    const identity = await this.#options.connection.identify({ renew });
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    try {
      const answer = await this.#transport.send({ ...wire, identity, signal, silenceMs: timeoutMs });
      const text = await answer.body.text();
      this.#record(request, answer.status, startedMs);
      return { status: answer.status, text, retryAfterMs: this.#retryAfter(answer) };
    } catch (error) {
      this.#record(request, 0, startedMs);
      const isTimeout = timeout.aborted && request.signal?.aborted !== true;
      const text = `no complete answer within ${timeoutMs / 1000} s`;
      return { failure: isTimeout ? new HttpFailure('timeout', text) : failureOf(error, signal) };
    }
  }

  #failure(request: ApiRequest, outcome: Answer | { readonly failure: HttpFailure }): unknown {
    const asked = this.#askedOf(request);
    if ('failure' in outcome) return unanswered(asked, outcome.failure);
    const { status, text, retryAfterMs } = outcome;
    return refused(asked, { status, body: parseApiStatus(text), retryAfterMs });
  }

  #wireOf(request: ApiRequest): Wire {
    const { fieldManager = 'tidemark', connection } = this.#options;
    const manages = request.verb === 'create' || request.verb === 'update' || request.verb === 'patch';
    const query = manages ? { fieldManager, ...request.query } : request.query;
    return {
      method: methodOf(request),
      url: urlOf(connection.server, { ...request, query: query ?? {} }),
      headers: headersOf(request),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    };
  }

  #askedOf(request: ApiRequest): Asked {
    return {
      verb: request.verb,
      resource: resourceName(request),
      what: subjectOf(request),
      namespace: request.key?.namespace ?? request.namespace,
      server: this.server,
    };
  }

  #parse(request: ApiRequest, text: string): unknown {
    try {
      return text === '' ? {} : JSON.parse(text);
    } catch (error) {
      const what = `${request.verb} ${subjectOf(request)}`;
      throw new TidemarkError('ClusterFailed', `the answer of ${this.server} is no JSON (${what})`, {
        cause: error,
      });
    }
  }

  #retryAfter({ headers }: WireAnswer): number | undefined {
    const header = headers['retry-after'];
    return parseRetryAfter(Array.isArray(header) ? header[0] : header, this.#options.clock.now());
  }

  #record(request: ApiRequest, status: number, startedMs: number): void {
    this.#options.onRequest?.({
      verb: request.verb,
      apiVersion: request.resource.apiVersion,
      resource: resourceName(request),
      namespace: request.key?.namespace ?? request.namespace ?? '',
      name: request.key?.name ?? '',
      status,
      seconds: (this.#options.clock.monotonicMs() - startedMs) / 1000,
    });
  }
}
