import { lookup } from 'node:dns/promises';
import type { Refusal } from '../../../http/guarded-lookup.ts';
import { TidemarkError } from '../../../model/errors.ts';
import type { RemoteAccess } from '../remote-access.ts';

/**
 * Throws `GitFailed` when the host of a remote is refused, by its name or by any address that the name stands for now. Where a proxy
 * leads there, it is the proxy's addresses that count: what the name of the remote stands for is for the proxy to say.
 *
 * Git looks the name up once more by itself. Who makes it answer something else in between is not stopped here: that is for the
 * network's own rules (docs/security.md).
 */
export async function checkHost(
  { url, proxy }: Pick<RemoteAccess, 'url' | 'proxy'>,
  refuse: Refusal,
  resolve: (host: string) => Promise<readonly { readonly address: string }[]> = resolveAll,
): Promise<void> {
  if (url.scheme === 'file') return;
  const { hostname } = new URL(url.url);
  const reached = proxy === undefined ? hostname : (URL.parse(proxy)?.hostname ?? hostname);
  const named = [hostname, reached];
  const found = named.every((host) => refuse(host) === undefined)
    ? await resolve(reached.replaceAll(/^\[|\]$/g, ''))
    : [];
  for (const host of [...named, ...found.map(({ address }) => address)]) {
    const reason = refuse(host);
    if (reason !== undefined) throw new TidemarkError('GitFailed', `cannot use ${url.url}: ${reason}`);
  }
}

/** A name that cannot be looked up is for git to complain about, in its words. */
function resolveAll(host: string): Promise<readonly { readonly address: string }[]> {
  return lookup(host, { all: true }).catch(() => []);
}
