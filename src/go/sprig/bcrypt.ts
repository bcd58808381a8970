/** The longest password, in bytes. */
export const PASSWORD_LIMIT = 72;

/** Sprig's. */
const COST = 10;
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bcrypt hash of a password, as `$2a$10$...`. The salt has 16 bytes; the work doubles with each step of the cost. */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost = COST): string {
  const state = new Blowfish();
  const key = Uint8Array.from([...password, 0]);
  state.expand(key, salt);
  for (let round = 0; round < 2 ** cost; round++) {
    state.expand(key);
    state.expand(salt);
  }
  const hash = Buffer.from('OrpheanBeholderScryDoubt');
  for (let at = 0; at < hash.length; at += 8) encryptTimes(state, hash, at);
  return `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(hash.subarray(0, 23))}`;
}

function encryptTimes(state: Blowfish, block: Buffer, at: number): void {
  let left = block.readUInt32BE(at);
  let right = block.readUInt32BE(at + 4);
  for (let times = 0; times < 64; times++) [left, right] = state.encrypt(left, right);
  block.writeUInt32BE(left >>> 0, at);
  block.writeUInt32BE(right >>> 0, at + 4);
}

/** Base 64 with an alphabet of its own, and without padding. */
function encode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64').replaceAll('=', '');
  return Array.from(text, (char) => ALPHABET[STANDARD.indexOf(char)] ?? '').join('');
}

const BOX_SIZE = 4 * 256;
const KEY_SIZE = 18;

/** The Blowfish cipher with the expensive key schedule of bcrypt. */
class Blowfish {
  readonly #keys: Int32Array;
  readonly #boxes: Int32Array;

  constructor() {
    const words = piWords(KEY_SIZE + BOX_SIZE);
    this.#keys = words.slice(0, KEY_SIZE);
    this.#boxes = words.slice(KEY_SIZE);
  }

  /** Mixes a key into the state, and a salt if there is one. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const keyWord = wordReader(key);
    for (let index = 0; index < KEY_SIZE; index++) this.#keys[index] = (this.#keys[index] ?? 0) ^ keyWord();
    const saltWord = salt === undefined ? () => 0 : wordReader(salt);
    let left = 0;
    let right = 0;
    for (const words of [this.#keys, this.#boxes]) {
      for (let index = 0; index < words.length; index += 2) {
        [left, right] = this.encrypt(left ^ saltWord(), right ^ saltWord());
        words[index] = left;
        words[index + 1] = right;
      }
    }
  }

  encrypt(leftIn: number, rightIn: number): [number, number] {
    const keys = this.#keys;
    const boxes = this.#boxes;
    let left = leftIn ^ (keys[0] ?? 0);
    let right = rightIn;
    for (let round = 1; round <= 16; round += 2) {
      right ^= mix(boxes, left) ^ (keys[round] ?? 0);
      left ^= mix(boxes, right) ^ (keys[round + 1] ?? 0);
    }
    return [right ^ (keys[17] ?? 0), left];
  }
}

function mix(boxes: Int32Array, word: number): number {
  const a = boxes[word >>> 24] ?? 0;
  const b = boxes[256 + ((word >>> 16) & 0xff)] ?? 0;
  const c = boxes[512 + ((word >>> 8) & 0xff)] ?? 0;
  const d = boxes[768 + (word & 0xff)] ?? 0;
  return (((a + b) ^ c) + d) | 0;
}

/** Reads words of four bytes, starting again at the end. */
function wordReader(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    let word = 0;
    for (let count = 0; count < 4; count++) {
      word = (word << 8) | (bytes[at] ?? 0);
      at = (at + 1) % bytes.length;
    }
    return word;
  };
}

/** The first words of what follows the point in pi: what Blowfish starts with. */
function piWords(count: number): Int32Array {
  const bits = BigInt(32 * count);
  const guard = 64n;
  const one = 1n << (bits + guard);
  // Machin's formula.
  const pi = 4n * (4n * inverseTangent(5n, one) - inverseTangent(239n, one));
  const fraction = (pi - 3n * one) >> guard;
  const digits = fraction.toString(16).padStart(8 * count, '0');
  return Int32Array.from(
    { length: count },
    (_, index) => Number.parseInt(digits.slice(8 * index, 8 * index + 8), 16) | 0,
  );
}

/** arctan(1 / x), times `one`. */
function inverseTangent(x: bigint, one: bigint): bigint {
  let power = one / x;
  let sum = power;
  for (let divisor = 3n, sign = -1n; power !== 0n; divisor += 2n, sign = -sign) {
    power /= x * x;
    sum += (sign * power) / divisor;
  }
  return sum;
}
