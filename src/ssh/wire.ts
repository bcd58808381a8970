/** Writers of SSH's binary format (RFC 4251, section 5). */
export const wire = {
  uint32(number: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
  },

  string(value: string | Uint8Array): Buffer {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    return Buffer.concat([wire.uint32(bytes.length), bytes]);
  },

  /** A number that is not negative, from its big-endian bytes: no leading zeros, but one where the first bit is set. */
  mpint(magnitude: Uint8Array): Buffer {
    const start = magnitude.findIndex((byte) => byte !== 0);
    const bytes = start < 0 ? new Uint8Array() : magnitude.subarray(start);
    return wire.string((bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]));
  },
};
