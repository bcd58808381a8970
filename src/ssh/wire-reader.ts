/** Reads the fields of SSH's binary format (RFC 4251, section 5). Throws `RangeError` past the end. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** What has not been read yet. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  uint8(): number {
    return this.bytes(1).readUInt8();
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE();
  }

  /** A field with its length before it. */
  string(): Buffer {
    return this.bytes(this.uint32());
  }

  text(): string {
    return this.string().toString('utf8');
  }

  bytes(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('the SSH data ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
