import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { Switchboard, type Proxy, type ProxyOptions } from './proxy.ts';

export interface HttpProxyOptions extends ProxyOptions {
  /** Makes it an `https://` proxy. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts a proxy that opens tunnels (`CONNECT`) and forwards plain `http://` requests, with Basic authentication if there is a user. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<Proxy> {
  const board = new Switchboard(options);
  const server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  server.on('request', (request, response) => forward(board, request, response));
  server.on('connect', (request, socket, head) => tunnel(board, request, { socket: socket as Socket, head }));
  return board.open(server, options.tls === undefined ? 'http' : 'https');
}

function tunnel(
  board: Switchboard,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Socket; readonly head: Buffer },
): void {
  board.keep(socket);
  const answer = (line: string, headers = ''): void => {
    socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`);
  };
  if (!letsIn(board, request)) {
    return answer('407 Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="proxy"\r\n');
  }
  const place = URL.parse(`http://${request.url ?? ''}`);
  if (place === null) return answer('400 Bad Request');
  const target = board.route(place.hostname.replaceAll(/^\[|\]$/g, ''), Number(place.port || 80));
  if (target === undefined) return answer('403 Forbidden');
  board.join(socket, target, {
    connected: () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      if (head.length > 0) socket.unshift(head);
    },
    failed: () => answer('502 Bad Gateway'),
  });
}

function forward(board: Switchboard, request: IncomingMessage, response: ServerResponse): void {
  request.on('error', () => undefined);
  const answer = (status: number, headers = {}): void => {
    request.resume();
    response.writeHead(status, headers).end();
  };
  if (!letsIn(board, request)) return answer(407, { 'Proxy-Authenticate': 'Basic realm="proxy"' });
  const url = URL.parse(request.url ?? '');
  if (url?.protocol !== 'http:') return answer(400);
  const target = board.route(url.hostname.replaceAll(/^\[|\]$/g, ''), Number(url.port || 80));
  if (target === undefined) return answer(403);
  const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = request.headers;
  const onward = sendRequest(
    { ...target, method: request.method, path: `${url.pathname}${url.search}`, headers, agent: false },
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      pipeline(reply, response, () => undefined);
    },
  );
  onward.on('error', () => (response.headersSent ? response.destroy() : answer(502)));
  response.once('close', () => onward.destroy());
  pipeline(request, onward, () => undefined);
}

function letsIn(board: Switchboard, { headers }: IncomingMessage): boolean {
  const { user } = board.options;
  if (user === undefined) return true;
  const expected = `Basic ${Buffer.from(`${user.name}:${user.password}`, 'utf8').toString('base64')}`;
  if (headers['proxy-authorization'] === expected) return true;
  board.turnedAway++;
  return false;
}
