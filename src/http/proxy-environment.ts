import { BlockList, isIP } from 'node:net';

/** Which proxy, if any, leads to a URL. */
export type ProxyChoice = (url: URL) => string | undefined;

/**
 * The rules that most programs follow: `HTTPS_PROXY` and `HTTP_PROXY` by the scheme of the target, and `NO_PROXY`
 * for exceptions: `*`, `host`, `.domain`, `host:port`, an address, or a range of addresses. Lower-case names count too.
 * This machine itself is never reached through a proxy.
 */
export function proxyFromEnvironment(environment: Readonly<Record<string, string | undefined>>): ProxyChoice {
  const read = (name: string) => (environment[name] || environment[name.toLowerCase()] || '').trim();
  const proxies = { 'http:': withScheme(read('HTTP_PROXY')), 'https:': withScheme(read('HTTPS_PROXY')) };
  const exceptions = read('NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map((entry) => parseException(entry));
  return (url) => {
    const proxy = url.protocol === 'https:' ? proxies['https:'] : proxies['http:'];
    if (proxy === '' || isThisMachine(url.hostname)) return undefined;
    return exceptions.some((matches) => matches(url)) ? undefined : proxy;
  };
}

function withScheme(proxy: string): string {
  return proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;
}

function parseException(entry: string): (url: URL) => boolean {
  if (entry === '*') return () => true;
  const range = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (range) return inRange(range[1] ?? '', Number(range[2]));
  const [, host = entry, port] = /^(.*?|\[.*\])(?::(\d+))?$/.exec(isIP(entry) ? '' : entry) ?? [];
  const name = (isIP(entry) ? entry : host).replaceAll(/^\[|\]$/g, '');
  const domain = name.replace(/^\*(?=\.)/, '');
  return (url) => {
    const hostname = bare(url.hostname);
    if (port !== undefined && port !== (url.port || defaultPort(url))) return false;
    if (domain.startsWith('.')) return hostname.endsWith(domain);
    return hostname === domain || (!isIP(hostname) && hostname.endsWith(`.${domain}`));
  };
}

function inRange(address: string, prefix: number): (url: URL) => boolean {
  const family = isIP(address);
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return () => false;
  const list = new BlockList();
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return (url) => {
    const hostname = bare(url.hostname);
    const own = isIP(hostname);
    return own !== 0 && list.check(hostname, own === 4 ? 'ipv4' : 'ipv6');
  };
}

function isThisMachine(hostname: string): boolean {
  const name = bare(hostname);
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function bare(hostname: string): string {
  return hostname.toLowerCase().replaceAll(/^\[|\]$/g, '');
}

function defaultPort(url: URL): string {
  return url.protocol === 'https:' ? '443' : '80';
}
