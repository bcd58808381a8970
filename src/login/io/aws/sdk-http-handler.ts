import type { HttpClient } from '../../../http/http-client.ts';
import type { LoginRoute } from '../../ports.ts';
import { toHttpRoute } from './aws-client.ts';

/** As the libraries of AWS describe a request, as far as they make any here. */
export interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const timeoutMs = 10_000;

/** Lets the libraries of AWS speak through our client, so that their requests take the object's proxy and trust its certificates. */
export function sdkHttpHandler(http: HttpClient, route: LoginRoute) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: SdkRequest) => {
      const { host: _host, 'content-length': _length, ...headers } = request.headers;
      const sent = {
        // Single sign-on reads with GET, everything else posts.
        method: request.method === 'GET' ? ('GET' as const) : ('POST' as const),
        url: urlOf(request),
        headers,
        ...(request.body === undefined || request.body === '' ? {} : { body: textOf(request.body) }),
      };
      const answer = await http.send(sent, toHttpRoute(route), AbortSignal.timeout(timeoutMs));
      const single = Object.entries(answer.headers).map(
        ([name, value]) => [name, typeof value === 'string' ? value : (value ?? []).join(', ')] as const,
      );
      const response = {
        statusCode: answer.status,
        headers: Object.fromEntries(single),
        body: new Uint8Array(answer.body),
      };
      return { response };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function urlOf({ protocol, hostname, port, path, query = {} }: SdkRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) url.searchParams.append(name, one ?? '');
  }
  return url;
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  throw new TypeError('a request with a body that is a stream');
}
