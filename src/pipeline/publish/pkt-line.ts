/** One packet of Git's wire protocol: data, or one of the packets without. */
export type Packet =
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'flush' | 'delimiter' | 'response-end' };

const special = ['flush', 'delimiter', 'response-end'] as const;
const PREFIX = 4;

export const flushPacket = '0000';
export const delimiterPacket = '0001';

/** A text as one packet. */
export function dataPacket(text: string): string {
  const length = Buffer.byteLength(text, 'utf8') + PREFIX;
  return `${length.toString(16).padStart(PREFIX, '0')}${text}`;
}

/** The packets that are complete in `bytes`, and how many bytes they take. Throws when these are no packets. */
export function readPackets(bytes: Buffer): {
  readonly packets: readonly Packet[];
  readonly consumed: number;
} {
  const packets: Packet[] = [];
  let at = 0;
  while (at + PREFIX <= bytes.length) {
    const length = packetLength(bytes.toString('latin1', at, at + PREFIX));
    const kind = special[length];
    if (kind === undefined && at + length > bytes.length) break;
    packets.push(
      kind === undefined ? { kind: 'data', data: bytes.subarray(at + PREFIX, at + length) } : { kind },
    );
    at += kind === undefined ? length : PREFIX;
  }
  return { packets, consumed: at };
}

function packetLength(prefix: string): number {
  const length = /^[0-9a-f]{4}$/i.test(prefix) ? Number.parseInt(prefix, 16) : Number.NaN;
  if (Number.isNaN(length) || length === 3) throw new Error("the answer is not in Git's wire protocol");
  return length;
}
