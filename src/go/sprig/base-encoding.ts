import { fromBytes, toBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { toUnits } from './characters.ts';

/** Base 64 and base 32, with padding. What cannot be decoded gives the text of the error, and no failure. */
export const baseEncoding: FunctionTable = {
  b64enc: define(['string'], 'string', ([text]) => toBytes(text).toString('base64')),
  b64dec: define(['string'], 'string', ([text]) => decoded('base64', decodeBase64(text))),
  b32enc: define(['string'], 'string', ([text]) => encodeBase32(toBytes(text))),
  b32dec: define(['string'], 'string', ([text]) => decoded('base32', decodeBase32(text))),
};

/** Bytes, or the place in the input where it stops being an encoding. */
type Decoded = Uint8Array | number;

function decoded(name: 'base32' | 'base64', result: Decoded): ByteString {
  if (typeof result !== 'number') return fromBytes(result);
  return `illegal ${name} data at input byte ${result}`;
}

const BASE64 = /^[A-Za-z0-9+/]$/;

/** Decodes base 64 as Go does: with padding, line breaks anywhere, and unused bits ignored. */
export function decodeBase64(text: ByteString): Decoded {
  const units = toUnits(text);
  const plain = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  if (plain.test(units.replace(/[\r\n]/g, ''))) return Buffer.from(units, 'base64');
  return new Base64Checker(units).firstMistake();
}

/** Finds the place that Go complains about. */
class Base64Checker {
  readonly #units: string;
  #at = 0;

  constructor(units: string) {
    this.#units = units;
  }

  firstMistake(): number {
    for (;;) {
      let count = 0;
      while (count < 4) {
        const unit = this.#units[this.#at];
        if (unit === undefined) return this.#at - count;
        this.#at++;
        if (BASE64.test(unit)) count++;
        else if (unit === '=' && count >= 2) return this.#afterPadding(count);
        else if (unit !== '\n' && unit !== '\r') return this.#at - 1;
      }
    }
  }

  #afterPadding(count: number): number {
    if (count === 2) {
      this.#skipLineBreaks();
      if (this.#at === this.#units.length) return this.#at;
      if (this.#units[this.#at] !== '=') return this.#at - 1;
      this.#at++;
    }
    this.#skipLineBreaks();
    return this.#at;
  }

  #skipLineBreaks(): void {
    while (this.#units[this.#at] === '\n' || this.#units[this.#at] === '\r') this.#at++;
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encodeBase32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    for (; count >= 5; count -= 5) out += BASE32[(bits >>> (count - 5)) & 31] ?? '';
    bits &= 0xff;
  }
  if (count > 0) out += BASE32[(bits << (5 - count)) & 31] ?? '';
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

function decodeBase32(text: ByteString): Decoded {
  const units = toUnits(text).replace(/[\r\n]/g, '');
  const bytes: number[] = [];
  for (let at = 0; at < units.length; at += 8) {
    const length = blockLength(units.slice(at, at + 8), units.length - at);
    if (length < 0) return at - length - 1;
    for (const byte of packBase32(units.slice(at, at + length))) bytes.push(byte);
    // What follows the padding is not looked at.
    if (length < 8) break;
  }
  return Uint8Array.from(bytes);
}

/** How many digits a block has without its padding; for a mistake at a place, minus one less than the place. */
function blockLength(block: string, left: number): number {
  for (let at = 0; at < 8; at++) {
    const unit = block[at];
    if (unit === undefined) return -1;
    if (unit === '=' && at >= 2 && left - at <= 8) return paddedLength(block, at);
    if (!BASE32.includes(unit)) return -(at + 1);
  }
  return 8;
}

function paddedLength(block: string, digits: number): number {
  if (block.length < 8) return -(block.length + 1);
  const wrong = block.slice(digits + 1).search(/[^=]/);
  if (wrong >= 0) return -(digits + wrong + 1);
  return [1, 3, 6].includes(digits) ? -(digits + 1) : digits;
}

function packBase32(digits: string): readonly number[] {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (const digit of digits) {
    bits = ((bits << 5) | BASE32.indexOf(digit)) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >>> count) & 0xff);
  }
  return bytes;
}
