import { BlockList, isIP } from 'node:net';

/** The words in which a controller in a cluster refuses a host; undefined for any other host. */
export function refuseLinkLocal(host: string): string | undefined {
  return isLinkLocal(host)
    ? `${host} is link-local or the metadata service of a cloud: a controller in a cluster does not connect to it`
    : undefined;
}

/**
 * True for addresses and names at which a machine or its cloud answers whoever runs on it: link-local addresses, and the places at which
 * clouds hand out the credentials of a node. Other names are not looked up: ask again with what they resolve to.
 */
export function isLinkLocal(host: string): boolean {
  const bare = host.replaceAll(/^\[|\]$/g, '').toLowerCase();
  const name = bare.replace(/\.$/, '');
  if (metadataNames.has(name)) return true;
  const family = isIP(bare.replace(/%.*$/, ''));
  if (family === 4) return linkLocalIpv4(bare);
  return family === 6 && linkLocalIpv6(bare.replace(/%.*$/, ''));
}

/** Names that clouds and their DNS servers know for the same places. */
const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

function ranges(): BlockList {
  const list = new BlockList();
  list.addSubnet('169.254.0.0', 16);
  // The same service where a cloud has put it elsewhere: Alibaba Cloud, Azure (WireServer), Oracle Cloud.
  list.addAddress('100.100.100.200');
  list.addAddress('168.63.129.16');
  list.addAddress('192.0.0.192');
  list.addSubnet('fe80::', 10, 'ipv6');
  // Amazon EC2 and Google Cloud over IPv6.
  list.addAddress('fd00:ec2::254', 'ipv6');
  list.addAddress('fd20:ce::254', 'ipv6');
  return list;
}

function linkLocalIpv4(address: string): boolean {
  return ranges().check(address, 'ipv4');
}

function linkLocalIpv6(address: string): boolean {
  // An address written as ::ffff:a.b.c.d is looked for among the IPv4 ranges by the list itself.
  if (ranges().check(address, 'ipv6')) return true;
  const carried = carriedIpv4(address);
  return carried !== undefined && linkLocalIpv4(carried);
}

/** The IPv4 address inside `64:ff9b::a.b.c.d` (NAT64), `2002:aabb:ccdd::` (6to4) or `::a.b.c.d`. */
function carriedIpv4(address: string): string | undefined {
  // The URL parser writes every address in one way: lower-case groups of hexadecimal digits, without dots.
  const groups = expand(URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1) ?? '');
  const [first, second] = groups;
  const isNat64 = first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0);
  const isCompatible = groups.slice(0, 6).every((group) => group === 0);
  if (first === 0x2002) return dotted(groups[1], groups[2]);
  return isNat64 || isCompatible ? dotted(groups[6], groups[7]) : undefined;
}

function expand(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const read = (text: string): readonly number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [front, back] = [read(head), read(tail ?? '')];
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back];
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
