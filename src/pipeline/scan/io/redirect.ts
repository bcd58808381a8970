import { BlockList, isIP } from 'node:net';

/**
 * Where a redirect may lead:
 * - from HTTPS to HTTP never, unless the user allowed plain HTTP for this registry;
 * - from a host on the internet never to an address of this machine or its private network (a registry must not be able
 *   to make Tidemark ask the services around it);
 * - otherwise anywhere. Credentials stay behind when host, port or scheme change: see `sameOrigin`.
 *
 * Returns the URL, or why it is refused.
 */
export function redirectTarget(
  from: URL,
  location: string | undefined,
  { plainHttp }: { readonly plainHttp: boolean },
): URL | string {
  const to = location === undefined ? undefined : URL.parse(location, from.href);
  if (!to || (to.protocol !== 'https:' && to.protocol !== 'http:')) {
    return 'the redirect has no Location that can be followed';
  }
  if (to.protocol === 'http:' && from.protocol === 'https:' && !plainHttp) {
    return `the redirect leads from HTTPS to plain HTTP on ${to.host}`;
  }
  if (isPrivateHost(to.hostname) && to.hostname !== from.hostname && !isPrivateHost(from.hostname)) {
    return `the redirect leads to ${to.host}, an address of a private network`;
  }
  to.username = '';
  to.password = '';
  return to;
}

/** Same scheme, host and port: the only case in which credentials go along. */
export function sameOrigin(a: URL, b: URL): boolean {
  return a.origin === b.origin;
}

/** True for names and addresses that mean this machine, its link or a private network. Other names are not looked up. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replaceAll(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const family = isIP(host);
  if (family === 4) return isPrivateIpv4(host);
  return family === 6 && privateIpv6().check(host, 'ipv6');
}

function isPrivateIpv4(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  if (a === 172) return b >= 16 && b <= 31;
  return [0, 10, 127].includes(a) || (a === 169 && b === 254) || (a === 192 && b === 168);
}

/** The IPv4 ranges are there for addresses written as `::ffff:10.0.0.1`. */
function privateIpv6(): BlockList {
  const list = new BlockList();
  list.addSubnet('0.0.0.0', 8);
  list.addSubnet('10.0.0.0', 8);
  list.addSubnet('127.0.0.0', 8);
  list.addSubnet('169.254.0.0', 16);
  list.addSubnet('172.16.0.0', 12);
  list.addSubnet('192.168.0.0', 16);
  list.addSubnet('::', 127, 'ipv6');
  list.addSubnet('fc00::', 7, 'ipv6');
  list.addSubnet('fe80::', 10, 'ipv6');
  return list;
}
