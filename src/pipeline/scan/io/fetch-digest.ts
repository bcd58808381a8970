import { createHash } from 'node:crypto';

import { TidemarkError } from '../../../model/errors.ts';
import { isDigest } from '../../../model/image-ref.ts';
import type { RegistrySession, SessionAnswer } from './registry-session.ts';
import { whereOf } from './registry-transport.ts';
import { looksLikeHtml } from './tag-page.ts';

const accept = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
].join(',');

const signedSchema1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** Registries that do not answer HEAD for manifests say so with these. */
const headUnsupported: ReadonlySet<number> = new Set([400, 405, 501]);

/**
 * The digest that a tag points at. HEAD is asked first, because it does not count against pull limits; when the answer
 * lacks the digest, the manifest itself is fetched and hashed.
 */
export async function fetchDigest(
  session: RegistrySession,
  { repository, tag }: { readonly repository: string; readonly tag: string },
  signal: AbortSignal,
): Promise<string> {
  const target = `/v2/${repository}/manifests/${encodeURIComponent(tag)}`;
  const head = await session.send({ method: 'HEAD', target, repository, accept }, signal);
  if (head.status !== 200 && !headUnsupported.has(head.status))
    throw session.unusable({ method: 'HEAD', repository }, head);
  const named = digestHeader(head);
  if (head.status === 200 && named !== undefined) return named;
  const answer = await session.send({ method: 'GET', target, repository, accept, pull: true }, signal);
  if (answer.status !== 200) throw session.unusable({ method: 'GET', repository }, answer);
  if (answer.body.length === 0 || looksLikeHtml(answer.body.toString('utf8', 0, 1000))) {
    const where = whereOf({ method: 'GET', url: answer.url });
    throw new TidemarkError('RegistryBadAnswer', `${where}: the answer is not a manifest`);
  }
  return hashManifest(answer);
}

/** Of a signed manifest of the first schema only the registry knows the digest: its signature is not part of it. */
function hashManifest(answer: SessionAnswer): string {
  const named = digestHeader(answer);
  const [type = ''] = [answer.headers['content-type'] ?? ''].flat();
  if (named !== undefined && type.startsWith(signedSchema1)) return named;
  return `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
}

function digestHeader({ headers }: SessionAnswer): string | undefined {
  const [digest = ''] = [headers['docker-content-digest'] ?? ''].flat();
  return isDigest(digest) ? digest : undefined;
}
