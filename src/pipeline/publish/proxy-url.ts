/**
 * A proxy URL in the form in which git takes it.
 *
 * Names are looked up by a SOCKS proxy and not here, as Flux does, and there is always a password: git asks for one that is not written.
 */
export function gitProxy(proxy: string): string {
  const url = URL.parse(proxy);
  if (url === null) return proxy;
  const scheme = /^socks5?:$/.test(url.protocol) ? 'socks5h:' : url.protocol;
  const account = url.username === '' ? '' : `${url.username}:${url.password}@`;
  return `${scheme}//${account}${url.host}`;
}

/** The proxy as it may be shown. */
export function shownProxy(proxy: string): string {
  const url = URL.parse(proxy);
  return url === null ? 'that is configured' : `${url.protocol}//${url.host}`;
}
