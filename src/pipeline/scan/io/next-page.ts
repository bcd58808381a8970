import { TidemarkError } from '../../../model/errors.ts';

/**
 * Where a `Link` header says that the list goes on, or undefined at its end.
 *
 * Any `rel` counts, `next` before others. A relative link starts from the URL that was answered. The next page must be on the
 * same host: to follow a link elsewhere would let one registry choose where requests of another go. A registry behind a proxy
 * often knows neither the scheme, nor the port, nor the path that lead to it (Nexus names its own `/repository/<name>/v2/`, older
 * Artifactories leave the repository key out): the next page is asked as the page before was, and only what is asked changes.
 */
export function nextPage(
  link: string | readonly string[] | undefined,
  answered: URL,
  where: string,
): URL | undefined {
  const text = [link ?? []].flat().join(', ').trim();
  if (text === '') return undefined;
  const targets = [...text.matchAll(/<([^>]*)>((?:[^,<"]|"[^"]*")*)/g)].map(([, target = '', rest = '']) => {
    return { target, isNext: /\brel\s*=\s*"?\s*next\b/i.test(rest) };
  });
  const chosen = targets.find((target) => target.isNext) ?? targets[0];
  const next = chosen && URL.parse(chosen.target, answered.href);
  if (!next)
    throw new TidemarkError('RegistryBadAnswer', `${where}: the Link to the next page cannot be read`);
  if (next.hostname !== answered.hostname || !next.protocol.startsWith('http')) {
    const message = `${where}: the Link to the next page leads to another host, ${next.host}`;
    throw new TidemarkError('RegistryBadAnswer', message);
  }
  const path = isTagList(next) && isTagList(answered) ? answered.pathname : next.pathname;
  return new URL(`${answered.origin}${path}${next.search}`);
}

function isTagList({ pathname }: URL): boolean {
  return pathname.endsWith('/tags/list');
}
