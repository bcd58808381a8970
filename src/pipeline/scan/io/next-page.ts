import { TidemarkError } from '../../../model/errors.ts';

/**
 * Where a `Link` header says that the list goes on, or undefined at its end.
 *
 * Any `rel` counts, `next` before others. A relative link starts from the URL that was answered. The next page must be on the
 * same host: to follow a link elsewhere would let one registry choose where requests of another go. A link that differs in
 * scheme only (a registry behind a proxy that ends TLS does not know better) is asked as the page before was.
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
  next.hash = '';
  if (next.origin === answered.origin) return withoutUser(next);
  const onlySchemeDiffers =
    next.hostname === answered.hostname && (next.port === '' || next.port === answered.port);
  if (!onlySchemeDiffers) {
    const message = `${where}: the Link to the next page leads to another host, ${next.host}`;
    throw new TidemarkError('RegistryBadAnswer', message);
  }
  return new URL(`${answered.origin}${next.pathname}${next.search}`);
}

function withoutUser(url: URL): URL {
  return new URL(`${url.origin}${url.pathname}${url.search}`);
}
