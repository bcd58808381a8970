import type { SshPrivateKey } from './ssh-private-key.ts';
import { WireReader } from './wire-reader.ts';
import { wire } from './wire.ts';

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const USERAUTH_REQUEST = 50;
const FLAG_SHA256 = 2;
const FLAG_SHA512 = 4;

/** What an SSH agent says when it will not, or cannot. */
const failure = Buffer.of(5);

/**
 * Answers one request to an SSH agent that holds one key, both without their length (draft-miller-ssh-agent).
 *
 * It signs nothing but logins: whoever reaches the agent cannot use the key for commits, or for anything else that SSH signs.
 */
export function answerAgentRequest(key: SshPrivateKey, request: Buffer): Buffer {
  try {
    const reader = new WireReader(request);
    const type = reader.uint8();
    if (type === REQUEST_IDENTITIES) return identities(key);
    return type === SIGN_REQUEST ? signature(key, reader) : failure;
  } catch (error) {
    if (error instanceof RangeError) return failure; // Cut off, or an algorithm that the key does not have.
    throw error;
  }
}

function identities({ publicBlob }: SshPrivateKey): Buffer {
  return Buffer.concat([
    Buffer.of(IDENTITIES_ANSWER),
    wire.uint32(1),
    wire.string(publicBlob),
    wire.string(''),
  ]);
}

function signature(key: SshPrivateKey, reader: WireReader): Buffer {
  const [blob, data, flags] = [reader.string(), reader.string(), reader.uint32()];
  if (!blob.equals(key.publicBlob) || !isLogin(data)) return failure;
  return Buffer.concat([Buffer.of(SIGN_RESPONSE), wire.string(key.sign(data, algorithmFor(key, flags)))]);
}

/** Without a flag, RSA means SHA-1, which the key refuses. */
function algorithmFor({ type }: SshPrivateKey, flags: number): string {
  if (type !== 'ssh-rsa') return type;
  if ((flags & FLAG_SHA512) !== 0) return 'rsa-sha2-512';
  return (flags & FLAG_SHA256) !== 0 ? 'rsa-sha2-256' : type;
}

/** What is signed to log in by a public key (RFC 4252, section 7): session, message type, user, service, method. */
function isLogin(data: Buffer): boolean {
  const reader = new WireReader(data);
  reader.string();
  if (reader.uint8() !== USERAUTH_REQUEST) return false;
  reader.string();
  return reader.text() === 'ssh-connection' && reader.text().startsWith('publickey');
}
