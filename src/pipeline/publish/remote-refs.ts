import { formatOfId, isObjectId, type ObjectFormat } from './git-object.ts';
import { dataPacket, delimiterPacket, flushPacket, type Packet } from './pkt-line.ts';

/** What a ref of the remote points at. */
export interface RemoteRef {
  readonly id: string;
  /** For an annotated tag: the commit (or other object) behind it. */
  readonly peeled?: string;
}

/** Refs of the remote by full name, as it listed them. */
export type RemoteRefs = ReadonlyMap<string, RemoteRef>;

const PEELED = '^{}';

/**
 * The `ls-refs` request of protocol version 2 for the refs that begin with one of `prefixes`; none means all.
 * `HEAD` is asked for in any case: an empty answer then speaks for an empty repository.
 */
export function lsRefsRequest(prefixes: readonly string[], format: ObjectFormat): string {
  const sound = prefixes.filter((prefix) => !/[\0\n]/.test(prefix));
  const asked = sound.length === 0 ? [] : new Set([...sound, 'HEAD']);
  const lines = ['peel\n', ...Array.from(asked, (prefix) => `ref-prefix ${prefix}\n`)];
  return [
    dataPacket('command=ls-refs\n'),
    dataPacket(`object-format=${format}`),
    delimiterPacket,
    ...lines.map(dataPacket),
    flushPacket,
  ].join('');
}

/** The object format that a server of protocol version 2 announces. */
export function formatOfCapabilities(packets: readonly Packet[]): ObjectFormat {
  const lines = packets.map((packet) => (packet.kind === 'data' ? packet.data.toString('utf8').trim() : ''));
  return lines.includes('object-format=sha256') ? 'sha256' : 'sha1';
}

/** Flags by which `git ls-remote` asks for no more than is needed, as far as it can: a forge has a ref for each pull request it ever had. */
export function lsRemoteFlags(prefixes: readonly string[]): readonly string[] {
  const kinds = [
    ['refs/heads/', '--heads'],
    ['refs/tags/', '--tags'],
  ] as const;
  const isOfKind = (prefix: string): boolean => kinds.some(([kind]) => prefix.startsWith(kind));
  if (!prefixes.every(isOfKind)) return [];
  return kinds.flatMap(([kind, flag]) => (prefixes.some((prefix) => prefix.startsWith(kind)) ? [flag] : []));
}

/** Reads the answer to `ls-refs`. */
export function parseLsRefs(packets: readonly Packet[]): RemoteRefs {
  const refs = new Map<string, RemoteRef>();
  for (const packet of packets) {
    if (packet.kind !== 'data') continue;
    const [id = '', name = '', ...attributes] = packet.data.toString('utf8').replace(/\n$/, '').split(' ');
    if (!isObjectId(id)) continue;
    const peeled = attributes.find((attribute) => attribute.startsWith('peeled:'))?.slice('peeled:'.length);
    refs.set(name, peeled === undefined ? { id } : { id, peeled });
  }
  return refs;
}

/** Reads lines of `<id><blank or tab><ref>`, as `git ls-remote` and the `list` command of a remote helper print them. */
export function parseRefLines(text: string): RemoteRefs {
  const refs = new Map<string, RemoteRef>();
  for (const line of text.split('\n')) {
    const [, id = '', name = ''] = /^([0-9a-f]+)[ \t](\S+)/.exec(line) ?? [];
    if (!isObjectId(id)) continue;
    const tag = name.endsWith(PEELED) ? name.slice(0, -PEELED.length) : undefined;
    if (tag === undefined) refs.set(name, { id });
    else refs.set(tag, { id: refs.get(tag)?.id ?? id, peeled: id });
  }
  return refs;
}

/** The object format of a listing, undefined when it is empty. */
export function formatOfRefs(refs: RemoteRefs): ObjectFormat | undefined {
  for (const { id } of refs.values()) return formatOfId(id);
  return undefined;
}
