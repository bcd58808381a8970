/** DER, the binary form of certificates: writing what they are made of, and finding parts of one. */

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const NULL = 0x05;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;

/** A value with its tag and length. */
export function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(SEQUENCE, Buffer.concat(parts));
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(SET, Buffer.concat(parts));
export const octets = (content: Uint8Array): Buffer => tagged(OCTET_STRING, content);
export const utf8 = (text: string): Buffer => tagged(UTF8_STRING, Buffer.from(text));
export const truth = (): Buffer => tagged(BOOLEAN, Buffer.from([0xff]));
export const nothing = (): Buffer => tagged(NULL, Buffer.alloc(0));

/** A positive integer from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const significant = bytes.findIndex((byte) => byte !== 0);
  const content = significant < 0 ? Buffer.from([0]) : bytes.subarray(significant);
  const needsZero = (content[0] ?? 0) >= 0x80;
  return tagged(INTEGER, needsZero ? Buffer.concat([Buffer.from([0]), content]) : content);
}

/** A string of bits, of which the last ones may not be used. */
export function bits(content: Uint8Array, unused = 0): Buffer {
  return tagged(BIT_STRING, Buffer.concat([Buffer.from([unused]), content]));
}

/** An object identifier like `2.5.4.3`. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(OBJECT_IDENTIFIER, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** A time, with a year of two digits where that will do. */
export function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14);
  const isShort = date.getUTCFullYear() >= 1950 && date.getUTCFullYear() < 2050;
  return isShort
    ? tagged(UTC_TIME, Buffer.from(`${digits.slice(2)}Z`))
    : tagged(GENERALIZED_TIME, Buffer.from(`${digits}Z`));
}

/** The values inside a value, each with its tag and length. The input has been checked to be DER. */
export function childrenOf(value: Buffer): readonly Buffer[] {
  const children: Buffer[] = [];
  const [start, end] = contentOf(value, 0);
  let at = start;
  while (at < end) {
    const [, childEnd] = contentOf(value, at);
    children.push(value.subarray(at, childEnd));
    at = childEnd;
  }
  return children;
}

/** What a value holds, without its tag and length. */
export function contentBytes(value: Buffer): Buffer {
  const [start, end] = contentOf(value, 0);
  return value.subarray(start, end);
}

function contentOf(value: Buffer, at: number): readonly [start: number, end: number] {
  const first = value[at + 1] ?? 0;
  if (first < 0x80) return [at + 2, at + 2 + first];
  const count = first & 0x7f;
  const start = at + 2 + count;
  return [start, start + value.readUIntBE(at + 2, count)];
}
