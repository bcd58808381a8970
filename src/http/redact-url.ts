const harmless = new Set(['n', 'last', 'scope', 'service', 'page', 'per_page']);

/** A URL for a message: without user information, and with only those query values that are no secret anywhere. */
export function redactUrl(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => {
    return `${name}=${harmless.has(name) ? value : 'REDACTED'}`;
  });
  return `${url.protocol}//${url.host}${url.pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
