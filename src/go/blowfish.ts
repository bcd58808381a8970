const BOX_SIZE = 4 * 256;
const KEY_SIZE = 18;

/** The Blowfish cipher with the expensive key schedule of bcrypt. */
export class Blowfish {
  readonly #keys: Int32Array;
  readonly #boxes: Int32Array;
  readonly #fresh: Int32Array;

  constructor() {
    this.#fresh = piWords(KEY_SIZE + BOX_SIZE);
    this.#keys = this.#fresh.slice(0, KEY_SIZE);
    this.#boxes = this.#fresh.slice(KEY_SIZE);
  }

  /** Back to the state in which it was made: making one costs more. */
  reset(): void {
    this.#keys.set(this.#fresh.subarray(0, KEY_SIZE));
    this.#boxes.set(this.#fresh.subarray(KEY_SIZE));
  }

  /** Mixes a key into the state, and a salt if there is one. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const keyWord = wordReader(key);
    for (let index = 0; index < KEY_SIZE; index++) this.#keys[index] = (this.#keys[index] ?? 0) ^ keyWord();
    const saltWord = salt === undefined ? undefined : wordReader(salt);
    const block = new Int32Array(2);
    for (const words of [this.#keys, this.#boxes]) {
      for (let index = 0; index < words.length; index += 2) {
        if (saltWord !== undefined) {
          block[0] = (block[0] ?? 0) ^ saltWord();
          block[1] = (block[1] ?? 0) ^ saltWord();
        }
        this.encrypt(block, 0);
        words[index] = block[0] ?? 0;
        words[index + 1] = block[1] ?? 0;
      }
    }
  }

  /** Encrypts the two words at `at` in place. */
  encrypt(words: Int32Array, at: number): void {
    const keys = this.#keys;
    const boxes = this.#boxes;
    let left = (words[at] ?? 0) ^ (keys[0] ?? 0);
    let right = words[at + 1] ?? 0;
    for (let round = 1; round <= 16; round += 2) {
      right ^= mix(boxes, left) ^ (keys[round] ?? 0);
      left ^= mix(boxes, right) ^ (keys[round + 1] ?? 0);
    }
    words[at] = right ^ (keys[17] ?? 0);
    words[at + 1] = left;
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
