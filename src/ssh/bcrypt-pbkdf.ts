import { createHash } from 'node:crypto';
import { Blowfish } from '../go/blowfish.ts';

const BLOCK = 32;
const MAGIC = Buffer.from('OxychromaticBlowfishSwatDynamite');

/** The key derivation of OpenSSH's private key files: PBKDF2 around bcrypt, its output dealt out over the key byte by byte. */
export function bcryptPbkdf(
  passphrase: Uint8Array,
  { salt, rounds, length }: { readonly salt: Uint8Array; readonly rounds: number; readonly length: number },
): Buffer {
  const cipher = new Blowfish();
  const password = sha512(passphrase);
  const key = Buffer.alloc(length);
  const stride = Math.ceil(length / BLOCK);
  const perBlock = Math.ceil(length / stride);
  for (let block = 0; block < stride; block++) {
    let part = bcryptHash(cipher, password, sha512(salt, bigEndian(block + 1)));
    const sum = Buffer.from(part);
    for (let round = 1; round < rounds; round++) {
      part = bcryptHash(cipher, password, sha512(part));
      for (const [index, byte] of part.entries()) sum[index] = (sum[index] ?? 0) ^ byte;
    }
    for (let index = 0; index < perBlock; index++) key[index * stride + block] = sum[index] ?? 0;
  }
  return key;
}

/** Bcrypt with a fixed cost of 64, a longer plain text, and the words of the result in little endian. */
function bcryptHash(cipher: Blowfish, password: Buffer, salt: Buffer): Buffer {
  cipher.reset();
  cipher.expand(password, salt);
  for (let round = 0; round < 64; round++) {
    cipher.expand(salt);
    cipher.expand(password);
  }
  const words = Int32Array.from({ length: BLOCK / 4 }, (_, index) => MAGIC.readInt32BE(4 * index));
  for (let at = 0; at < words.length; at += 2)
    for (let times = 0; times < 64; times++) cipher.encrypt(words, at);
  const hash = Buffer.alloc(BLOCK);
  for (const [index, word] of words.entries()) hash.writeInt32LE(word, 4 * index);
  return hash;
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function bigEndian(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
