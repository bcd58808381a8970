import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request as a token service sees it. */
export interface TokenCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
  readonly body: string;
}

export interface TokenReply {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What may be wrong with a token service: set by a test, read at every request. */
export interface TokenFaults {
  /** So many requests more are answered with 429 (or `status`). */
  throttled?: { times: number; readonly status?: number; readonly retryAfter?: string };
  /** How far the service's clock is ahead of the test's. */
  clockAheadMs?: number;
}

/** Answers as a token service: reads the request, applies what is wrong, sets the Date. */
export function tokenListener(
  faults: TokenFaults,
  answer: (call: TokenCall) => TokenReply,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
      const url = new URL(request.url ?? '/', `https://${request.headers.host ?? 'nowhere'}`);
      const form = new URLSearchParams(isForm ? body : '');
      const { method = '', headers } = request;
      const reply = throttle(faults) ?? answer({ method, url, headers, form, body });
      const now = new Date(Date.now() + (faults.clockAheadMs ?? 0));
      response.sendDate = false;
      response.writeHead(reply.status, { date: now.toUTCString(), ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
  };
}

function throttle({ throttled }: TokenFaults): TokenReply | undefined {
  if (throttled === undefined || throttled.times <= 0) return undefined;
  throttled.times -= 1;
  const headers: Readonly<Record<string, string>> =
    throttled.retryAfter === undefined ? {} : { 'retry-after': throttled.retryAfter };
  return { status: throttled.status ?? 429, body: { error: 'too_many_requests' }, headers };
}
