import { randomUUID } from 'node:crypto';

import type { Exchange } from './exchange.ts';
import { readBody, sendError } from './exchange.ts';
import { digestOf } from './fake-registry.ts';

/** Blobs: read, and pushed in one piece or in several, as `docker push` and `skopeo copy` do it. */
export async function answerBlob(exchange: Exchange): Promise<void> {
  const { registry, request, response, rest } = exchange;
  if (request.method === 'GET' || request.method === 'HEAD') {
    const content = registry.blobs.get(rest);
    if (!content) return sendError(response, 404);
    response.setHeader('content-length', content.length);
    response.setHeader('docker-content-digest', rest);
    response.end(request.method === 'HEAD' ? undefined : content);
    return undefined;
  }
  const id = rest.slice('uploads/'.length) || randomUUID();
  const before = registry.uploads.get(id) ?? Buffer.alloc(0);
  const content = Buffer.concat([before, await readBody(request)]);
  const digest = exchange.url.searchParams.get('digest');
  if (digest !== null && request.method !== 'PATCH') return finishUpload(exchange, { id, content, digest });
  registry.uploads.set(id, content);
  response.statusCode = 202;
  response.setHeader('location', `/v2/${exchange.repository}/blobs/uploads/${id}`);
  response.setHeader('docker-upload-uuid', id);
  response.setHeader('range', `0-${Math.max(content.length - 1, 0)}`);
  response.end();
  return undefined;
}

function finishUpload(
  { registry, response, repository }: Exchange,
  upload: { id: string; content: Buffer; digest: string },
): void {
  registry.uploads.delete(upload.id);
  if (digestOf(upload.content) !== upload.digest) return sendError(response, 400);
  registry.putBlob(upload.content);
  response.statusCode = 201;
  response.setHeader('location', `/v2/${repository}/blobs/${upload.digest}`);
  response.setHeader('docker-content-digest', upload.digest);
  response.end();
  return undefined;
}

/** `PUT` stores a manifest under a tag or a digest, `DELETE` takes a tag away. */
export async function answerManifestWrite({
  registry,
  request,
  response,
  repository,
  rest,
}: Exchange): Promise<void> {
  if (request.method === 'DELETE') {
    if (!registry.untag(repository, rest)) return sendError(response, 404, { tag: rest });
    response.statusCode = 202;
    response.end();
    return undefined;
  }
  if (request.method !== 'PUT') return sendError(response, 405);
  const body = await readBody(request);
  const mediaType = request.headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { mediaType, body, digest: digestOf(body) };
  if (rest.startsWith('sha256:')) registry.putUntagged(repository, manifest);
  else registry.putManifest(repository, rest, manifest);
  response.statusCode = 201;
  response.setHeader('location', `/v2/${repository}/manifests/${manifest.digest}`);
  response.setHeader('docker-content-digest', manifest.digest);
  response.end();
  return undefined;
}
