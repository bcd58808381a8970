import { Blowfish } from '../blowfish.ts';

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
  const words = Int32Array.of(block.readInt32BE(at), block.readInt32BE(at + 4));
  for (let times = 0; times < 64; times++) state.encrypt(words, 0);
  for (const [index, word] of words.entries()) block.writeInt32BE(word, at + 4 * index);
}

/** Base 64 with an alphabet of its own, and without padding. */
function encode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64').replaceAll('=', '');
  return Array.from(text, (char) => ALPHABET[STANDARD.indexOf(char)] ?? '').join('');
}
