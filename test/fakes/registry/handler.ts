import type { IncomingMessage, ServerResponse } from 'node:http';

import { challengeFor, exchangeToken } from './access.ts';
import type { Exchange } from './exchange.ts';
import { readBody, sendError, sendJson } from './exchange.ts';
import { firstAfter } from './fake-registry.ts';
import type { FakeRegistry } from './fake-registry.ts';
import { applyFault, takeFault } from './faults.ts';
import type { RequestKind } from './faults.ts';
import { answerBlob, answerManifestWrite } from './writes.ts';

/** Answers one request to the registry: `createServer((req, res) => handle(registry, req, res))`. */
export async function handle(
  registry: FakeRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fake');
  const record = {
    method: request.method ?? '',
    path: url.pathname,
    query: url.search.slice(1),
    host: request.headers.host ?? '',
    remotePort: request.socket.remotePort,
    headers: request.headers,
    status: 0,
  };
  registry.record(record);
  response.once('finish', () => {
    record.status = response.statusCode;
  });
  const route = findRoute(url.pathname);
  if (!route) return sendError(response, 404);
  const exchange: Exchange = { registry, request, response, url, ...route };
  const repository = route.repository || undefined;
  const facts = { kind: route.kind, method: record.method, repository, query: url.searchParams };
  const fault = takeFault(registry.faults, facts);
  if (fault && (await applyFault(fault, request, response))) return undefined;
  if (route.kind === 'token') return answerToken(exchange);
  const challenge = challengeOf(exchange);
  if (challenge === undefined) return answer(route.kind, exchange);
  response.setHeader('www-authenticate', challenge);
  return sendError(response, 401);
}

function findRoute(path: string): { kind: RequestKind; repository: string; rest: string } | undefined {
  if (path === '/token') return { kind: 'token', repository: '', rest: '' };
  if (path === '/v2/' || path === '/v2') return { kind: 'ping', repository: '', rest: '' };
  const found = /^\/v2\/(.+)\/(tags|manifests|blobs)\/(.*)$/.exec(path);
  const [, repository = '', family = '', rest = ''] = found ?? [];
  const kind = ({ tags: 'tags', manifests: 'manifest', blobs: 'blob' } as const)[family];
  return kind && { kind, repository, rest };
}

function challengeOf({ registry, request, repository }: Exchange): string | undefined {
  const access = registry.options.access ?? { kind: 'open' };
  const actions = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push';
  const scope = repository === '' ? undefined : `repository:${repository}:${actions}`;
  return challengeFor(request, { access, scope, tokens: registry.tokens });
}

async function answer(kind: RequestKind, exchange: Exchange): Promise<void> {
  const { response, request } = exchange;
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  if (kind === 'ping') return sendJson(response, {});
  if (kind === 'tags') return answerTags(exchange);
  if (kind === 'blob') return answerBlob(exchange);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead ? answerManifest(exchange) : answerManifestWrite(exchange);
}

function answerTags({ registry, response, url, repository }: Exchange): void {
  const tags = registry.tags(repository);
  if (!tags) return sendError(response, 404, { name: repository });
  const asked = Number(url.searchParams.get('n') ?? Infinity);
  const size = Math.min(asked > 0 ? asked : Infinity, registry.options.pageSize ?? Infinity);
  const last = url.searchParams.get('last');
  const start = last === null ? 0 : firstAfter(tags, last);
  const end = Math.min(tags.length, start + size);
  const page: (string | undefined)[] = [];
  for (let index = start; index < end; index += 1) page.push(tags.at(index));
  if (end < tags.length) {
    const next = new URLSearchParams({ last: page.at(-1) ?? '', n: String(size) });
    response.setHeader('link', `</v2/${repository}/tags/list?${next.toString()}>; rel="next"`);
  }
  return sendJson(response, { name: repository, tags: page });
}

function answerManifest({ registry, request, response, repository, rest }: Exchange): void {
  const manifest = registry.manifest(repository, rest);
  if (!manifest) return sendError(response, 404, { tag: rest });
  response.setHeader('content-type', manifest.mediaType);
  response.setHeader('content-length', manifest.body.length);
  response.setHeader('docker-content-digest', manifest.digest);
  response.end(request.method === 'HEAD' ? undefined : manifest.body);
  return undefined;
}

async function answerToken({ registry, request, response, url }: Exchange): Promise<void> {
  const access = registry.options.access;
  if (access?.kind !== 'token') return sendError(response, 404);
  const body = request.method === 'POST' ? (await readBody(request)).toString() : '';
  const form = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
  const token = exchangeToken(request, { access, form, tokens: registry.tokens });
  return token ? sendJson(response, token) : sendError(response, 401);
}
