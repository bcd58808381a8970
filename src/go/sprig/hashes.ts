import { createCipheriv, createDecipheriv, createHash, createHmac, scryptSync } from 'node:crypto';
import { byteLength, fromBytes, toBytes } from '../template/byte-string.ts';
import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import type { GoFunction } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { decodeBase64 } from './base-encoding.ts';
import { bcryptHash, PASSWORD_LIMIT } from './bcrypt.ts';
import { derivedPassword, passwordTemplates } from './derived-password.ts';
import { randomBytesOf } from './random.ts';

/** Checksums, password hashes and encryption. */
export const hashes: FunctionTable = {
  sha1sum: checksum('sha1'),
  sha256sum: checksum('sha256'),
  sha512sum: checksum('sha512'),
  adler32sum: define(['string'], 'string', ([text]) => String(adler32(toBytes(text)))),
  bcrypt: define(['string'], 'string', ([password], context) => {
    context.budget.spend(STEPS_PER_PASSWORD);
    return bcrypt(password, () => randomBytesOf(16, context));
  }),
  htpasswd: define(['string', 'string'], 'string', ([user, password], context) => {
    if (user.includes(':')) return `invalid username: ${user}`;
    context.budget.spend(STEPS_PER_PASSWORD);
    return `${user}:${bcrypt(password, () => randomBytesOf(16, context))}`;
  }),
  derivePassword: define(['uint32', 'string', 'string', 'string', 'string'], 'string', (args, { budget }) => {
    const [counter, type, password, user, site] = args;
    const templates = passwordTemplates(type);
    if (templates === undefined) return `cannot find password template ${type}`;
    budget.spend(STEPS_PER_PASSWORD);
    const seed = masterSeed({ password, user, site, counter });
    return derivedPassword(templates, seed);
  }),
  encryptAES: define(['string', 'string'], 'string', ([password, text], context) =>
    text === '' ? '' : encrypt(password, text, randomBytesOf(16, context)),
  ),
  decryptAES: define(['string', 'string'], 'string', ([password, text]) =>
    text === '' ? '' : decrypt(password, text),
  ),
};

/** What is slow on purpose may be done a few times only. */
const STEPS_PER_PASSWORD = 250_000;

function checksum(algorithm: string): GoFunction {
  return define(['string'], 'string', ([text]) => createHash(algorithm).update(toBytes(text)).digest('hex'));
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

function bcrypt(password: ByteString, salt: () => Uint8Array): string {
  if (byteLength(password) > PASSWORD_LIMIT) {
    return `failed to encrypt string with bcrypt: bcrypt: password length exceeds ${PASSWORD_LIMIT} bytes`;
  }
  return bcryptHash(toBytes(password), salt());
}

const MASTER = 'com.lyndir.masterpassword';

/** What a Master Password is picked by. */
function masterSeed(input: {
  readonly password: ByteString;
  readonly user: ByteString;
  readonly site: ByteString;
  readonly counter: number;
}): Uint8Array {
  const salt = Buffer.concat([Buffer.from(MASTER), lengthOf(input.user), toBytes(input.user)]);
  const key = scryptSync(toBytes(input.password), salt, 64, {
    N: 32_768,
    r: 8,
    p: 2,
    maxmem: 64 * 1024 * 1024,
  });
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(input.counter);
  const message = Buffer.concat([Buffer.from(MASTER), lengthOf(input.site), toBytes(input.site), counter]);
  return createHmac('sha256', key).update(message).digest();
}

function lengthOf(text: ByteString): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(byteLength(text));
  return length;
}

/** AES-256 in CBC mode; the key is the password, cut or filled up with zeros. The random first block comes first. */
function encrypt(password: ByteString, text: ByteString, start: Uint8Array): string {
  const cipher = createCipheriv('aes-256-cbc', keyOf(password), start);
  return Buffer.concat([start, cipher.update(toBytes(text)), cipher.final()]).toString('base64');
}

function decrypt(password: ByteString, text: ByteString): ByteString {
  const bytes = decodeBase64(text);
  if (typeof bytes === 'number') throw new FunctionError(`illegal base64 data at input byte ${bytes}`);
  if (bytes.length < 32 || bytes.length % 16 !== 0) throw new FunctionError('the encrypted text is cut off');
  const cipher = createDecipheriv('aes-256-cbc', keyOf(password), bytes.subarray(0, 16)).setAutoPadding(
    false,
  );
  const padded = Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding > padded.length) throw new FunctionError('the text was not encrypted with this password');
  return fromBytes(padded.subarray(0, padded.length - padding));
}

function keyOf(password: ByteString): Buffer {
  const key = Buffer.alloc(32);
  toBytes(password).copy(key);
  return key;
}
