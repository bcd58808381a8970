const harmless = new Set(['n', 'last', 'scope', 'service', 'page', 'per_page']);

/** A URL for a message: without user information, and with only those query values that are no secret anywhere. */
export function redactUrl(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => {
    return `${visible(name)}=${harmless.has(name) ? visible(value) : 'REDACTED'}`;
  });
  return `${url.protocol}//${url.host}${url.pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

/** Nothing that could begin a line of its own, or turn the direction of writing. */
function visible(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => encodeURIComponent(char));
}
