import type { HttpClient } from '../../../http/http-client.ts';
import { HttpFailure } from '../../../http/http-failure.ts';
import { parseRetryAfter } from '../../../http/retry-after.ts';
import type { Clock } from '../../../model/clock.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { AwsAnswer, AwsFailure } from '../../aws/aws-failure.ts';
import { isTemporary, readAwsFailure } from '../../aws/aws-failure.ts';
import { explainFailure, type AwsQuestion } from '../../aws/explain-failure.ts';
import type { LoginRoute } from '../../ports.ts';

/** One call to an API of AWS. */
export interface AwsCall {
  readonly url: URL;
  readonly body: string;
  /** Made anew for each attempt: a signature holds the time. */
  headers(): Readonly<Record<string, string>>;
  readonly route: LoginRoute;
  readonly question: Omit<AwsQuestion, 'host'>;
  /** What must not appear in a message, should AWS repeat it. */
  readonly secrets: readonly string[];
}

/** AWS said no. `failure` says how, for decisions. */
export class AwsRefusal extends TidemarkError {
  readonly failure: AwsFailure;

  constructor(message: string, failure: AwsFailure, retryAfterMs: number | undefined) {
    super('LoginFailed', message, retryAfterMs === undefined ? {} : { retryAfterMs });
    this.failure = failure;
  }
}

const timeoutMs = 10_000;
const attempts = 4;
const firstPauseMs = 500;
/** Whoever is asked to wait longer had better come again later. */
const longestPauseMs = 5000;

/** Posts to AWS, patiently where it is busy. */
export class AwsClient {
  readonly #http: HttpClient;
  readonly #clock: Clock;

  constructor({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }) {
    this.#http = http;
    this.#clock = clock;
  }

  /** The body of a successful answer. Throws `AwsRefusal`, `LoginFailed` when there is no answer, and `Aborted`. */
  async post(call: AwsCall, signal: AbortSignal): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#try(call, signal);
      if (!(outcome instanceof Error)) return outcome;
      const pauseMs = outcome.retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1);
      const again = outcome instanceof AwsRefusal ? isTemporary(outcome.failure) : isTransient(outcome);
      if (!again || attempt === attempts || pauseMs > longestPauseMs) throw outcome;
      await this.#clock.sleep(pauseMs, signal);
    }
  }

  async #try(call: AwsCall, signal: AbortSignal): Promise<string | TidemarkError> {
    const { url, body, route, question, secrets } = call;
    let answer: AwsAnswer;
    try {
      const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const request = { method: 'POST', url, body, headers: call.headers() } as const;
      const { status, headers, body: bytes } = await this.#http.send(request, toHttpRoute(route), both);
      answer = { status, headers, body: bytes.toString('utf8') };
    } catch (error) {
      return unanswered(error, url, signal);
    }
    if (answer.status === 200) return answer.body;
    const now = this.#clock.now();
    const failure = readAwsFailure(answer, now);
    const { 'retry-after': retryAfter } = answer.headers;
    return new AwsRefusal(
      explainFailure(failure, { ...question, host: url.host }, secrets),
      failure,
      parseRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, now),
    );
  }
}

export function toHttpRoute({ proxy, ca }: LoginRoute): {
  readonly proxy?: string;
  readonly tls?: { readonly ca: string };
} {
  return { ...(proxy === undefined ? {} : { proxy }), ...(ca === undefined ? {} : { tls: { ca } }) };
}

function unanswered(error: unknown, url: URL, signal: AbortSignal): TidemarkError {
  if (!(error instanceof HttpFailure)) throw error;
  const where = `no answer from ${url.host}`;
  if (error.kind !== 'aborted')
    return new TidemarkError('LoginFailed', `${where}: ${error.message}`, { cause: error });
  const reason: unknown = signal.reason;
  if (reason instanceof TidemarkError) return reason;
  const isTimeout = !signal.aborted || (reason instanceof Error && reason.name === 'TimeoutError');
  return isTimeout
    ? new TidemarkError('LoginFailed', `${where} within the time limit`, { cause: error })
    : new TidemarkError('Aborted', `called off: ${where} yet`, { cause: error });
}

function isTransient({ cause }: TidemarkError): boolean {
  return cause instanceof HttpFailure && cause.temporary;
}
