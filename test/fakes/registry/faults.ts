import type { IncomingMessage, ServerResponse } from 'node:http';

export type RequestKind = 'ping' | 'token' | 'tags' | 'manifest' | 'blob';

/** Which requests go wrong, how often, and how. */
export interface Fault {
  /** Every kind if absent. */
  readonly on?: RequestKind;
  readonly method?: string;
  readonly repository?: string;
  /** Of a tag list: the first page only, or only those after it. */
  readonly page?: 'first' | 'later';
  /** So many times; for ever if absent. */
  times?: number;
  readonly answer: FaultAnswer;
}

export type FaultAnswer =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: 'html'; readonly status?: number }
  /** The connection is closed before there is an answer. */
  | { readonly kind: 'reset' }
  /** Headers and half of the body; then the connection is closed, or with `hang` stays open and silent. */
  | { readonly kind: 'cut-off'; readonly chunked?: boolean; readonly hang?: boolean }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** The ordinary answer, when the promise is kept. */
  | { readonly kind: 'wait'; readonly until: Promise<void> }
  /** `to` is an origin; path and query stay. */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | { readonly kind: 'huge'; readonly bytes: number; readonly chunked?: boolean }
  /** A tag list with these tags, whatever they are, and this `Link` header. */
  | { readonly kind: 'tags'; readonly tags: unknown; readonly link?: string }
  /** Pages without end: `same` links to itself, otherwise each link is new. */
  | { readonly kind: 'endless'; readonly same?: boolean; readonly newTags?: boolean }
  | { readonly kind: 'body'; readonly body: string; readonly contentType?: string }
  /** The ordinary answer with other headers: null removes one. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | null>> };

export interface RequestFacts {
  readonly kind: RequestKind;
  readonly method: string;
  readonly repository: string | undefined;
  readonly query: URLSearchParams;
}

/** Takes the first fault that matches, and counts it. */
export function takeFault(faults: Set<Fault>, facts: RequestFacts): Fault | undefined {
  for (const fault of faults) {
    if (!matches(fault, facts)) continue;
    if (fault.times !== undefined) {
      fault.times -= 1;
      if (fault.times <= 0) faults.delete(fault);
    }
    return fault;
  }
  return undefined;
}

function matches(fault: Fault, facts: RequestFacts): boolean {
  const page = facts.query.has('last') ? 'later' : 'first';
  return (
    (fault.on ?? facts.kind) === facts.kind &&
    (fault.method ?? facts.method) === facts.method &&
    (fault.repository ?? facts.repository) === facts.repository &&
    (fault.page ?? page) === page
  );
}

/**
 * Answers as the fault says. True when that is all; false when the ordinary answer follows
 * (later, or through a response that has been tampered with).
 */
export async function applyFault(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { answer } = fault;
  switch (answer.kind) {
    case 'status':
      return finish(response, answer.status, {
        headers: answer.headers,
        body: answer.body ?? errorBody(answer.status),
      });
    case 'html':
      return finish(response, answer.status ?? 200, {
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html>\n<html><body>Sign in to continue</body></html>',
      });
    case 'body':
      return finish(response, 200, {
        headers: { 'content-type': answer.contentType ?? 'application/json' },
        body: answer.body,
      });
    case 'tags':
      return finish(response, 200, {
        headers: answer.link === undefined ? {} : { link: answer.link },
        body: JSON.stringify({ name: 'fake', tags: answer.tags }),
      });
    case 'endless':
      return endlessPage(answer, request, response);
    case 'redirect': {
      const location = `${answer.to}${request.url ?? '/'}`;
      return finish(response, answer.status ?? 307, { headers: { location }, body: '' });
    }
    case 'huge':
      return hugeBody(answer, response);
    case 'reset':
      request.socket.destroy();
      return true;
    case 'hang':
      return true;
    case 'slow':
      await new Promise((resolve) => {
        setTimeout(resolve, answer.ms).unref();
      });
      return false;
    case 'wait':
      await answer.until;
      return false;
    case 'cut-off':
      tamperWithEnd(response, answer);
      return false;
    default:
      tamperWithHeaders(response, answer.headers);
      return false;
  }
}

function finish(
  response: ServerResponse,
  status: number,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>> | undefined; body: string },
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
  return true;
}

function endlessPage(
  answer: Extract<FaultAnswer, { kind: 'endless' }>,
  request: IncomingMessage,
  response: ServerResponse,
): true {
  const url = new URL(request.url ?? '/', 'http://fake');
  const count = Number(url.searchParams.get('last') ?? 0) + 1;
  const link = answer.same ? request.url : `${url.pathname}?last=${count}`;
  const tags = answer.newTags ? [`t${count}`] : ['t'];
  return finish(response, 200, {
    headers: { link: `<${link}>; rel="next"` },
    body: JSON.stringify({ tags }),
  });
}

function hugeBody(answer: Extract<FaultAnswer, { kind: 'huge' }>, response: ServerResponse): true {
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(answer.chunked ? {} : { 'content-length': answer.bytes }),
  });
  const piece = Buffer.alloc(1 << 20, '"x",');
  let left = answer.bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const size = Math.min(left, piece.length);
      left -= size;
      if (!response.write(piece.subarray(0, size))) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
  return true;
}

/** Lets the ordinary answer begin, and stops it half-way. */
function tamperWithEnd(response: ServerResponse, answer: Extract<FaultAnswer, { kind: 'cut-off' }>): void {
  response.end = (chunk?: unknown) => {
    const body = Buffer.isBuffer(chunk) ? chunk : Buffer.from(typeof chunk === 'string' ? chunk : '');
    if (!answer.chunked) response.setHeader('content-length', body.length);
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
      if (!answer.hang) response.destroy();
    });
    return response;
  };
}

function tamperWithHeaders(response: ServerResponse, headers: Readonly<Record<string, string | null>>): void {
  const end = response.end.bind(response) as (...args: readonly unknown[]) => ServerResponse;
  response.end = (...args: readonly unknown[]) => {
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) response.removeHeader(name);
      else response.setHeader(name, value);
    }
    return end(...args);
  };
}

/** The body that registries send with an error status. */
export function errorBody(status: number): string {
  const [code, message] = errorTexts[status] ?? ['UNKNOWN', 'unknown error'];
  return JSON.stringify({ errors: [{ code, message }] });
}

const errorTexts: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ['UNAUTHORIZED', 'authentication required'],
  403: ['DENIED', 'requested access to the resource is denied'],
  404: ['NAME_UNKNOWN', 'repository name not known to registry'],
  405: ['UNSUPPORTED', 'The operation is unsupported.'],
  429: ['TOOMANYREQUESTS', 'too many requests'],
};
