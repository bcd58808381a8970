import { request as sendRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { pipeline } from 'node:stream';
import type { FakeAws } from '../../fakes/aws/fake-aws.ts';

/** Hands requests on to a server on loopback as they are, their host names included. */
export function forwardTo(place: string, without: readonly string[] = []): RequestListener {
  const [host = '', port = ''] = place.split(':');
  return (request, response) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !without.includes(name)),
    );
    const { method, url: path } = request;
    const onward = sendRequest({ host, port, method, path, headers, agent: false }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      pipeline(reply, response, () => undefined);
    });
    onward.on('error', () => response.destroy());
    pipeline(request, onward, () => undefined);
  };
}

/**
 * Moto's answers, with what moto has not: its logins have ended in 2015 and open no registry, so a login that `aws` has issued
 * stands in their place.
 */
export function motoFront(moto: string, aws: FakeAws, accessKeyId: string): RequestListener {
  const forward = forwardTo(moto);
  return (request, response) => {
    if (!isLoginRequest(request)) return forward(request, response);
    readAll(request)
      .then((body) => ask(moto, request, body))
      .then(async (answer) => {
        const { authorizationData } = (await answer.json()) as { authorizationData: readonly object[] };
        const { token, expires } = aws.issue(accessKeyId);
        const fresh = { authorizationToken: token, expiresAt: expires / 1000 };
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(
          JSON.stringify({ authorizationData: authorizationData.map((data) => ({ ...data, ...fresh })) }),
        );
      })
      .catch(() => response.destroy());
  };
}

export function isLoginRequest({ headers }: IncomingMessage): boolean {
  return String(headers['x-amz-target']).endsWith('.GetAuthorizationToken');
}

function ask(moto: string, { headers }: IncomingMessage, body: Buffer): Promise<Response> {
  const sent = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target'].flatMap((name) =>
    typeof headers[name] === 'string' ? [[name, headers[name]] as const] : [],
  );
  return fetch(`http://${moto}/`, {
    method: 'POST',
    headers: sent.map(([k, v]) => [k, v]),
    body: new Uint8Array(body),
  });
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
