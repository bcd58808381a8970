import type { Config, Key, PrivateKey, SecretKeyPacket, SecretSubkeyPacket, Subkey } from 'openpgp';

/** The primary key or a subkey. */
export type Part = Key | Subkey;

/** A part whose secret is there. */
export type SecretPart = Part & { readonly keyPacket: SecretKeyPacket | SecretSubkeyPacket };

const maySign = 2; // Key flag of RFC 9580: signs data.

/**
 * The part of a key that signs now: the newest subkey that may, or else the primary key. Parts whose secret is not there do not
 * count: people keep that of the primary key at home. Without such a part the answer says why, in words.
 */
export async function findSigningPart(
  key: PrivateKey,
  now: Date,
  config: Config,
): Promise<{ readonly part: SecretPart } | { readonly problem: string }> {
  const problem = await problemOfPrimary(key, now, config);
  if (problem !== undefined) return { problem };
  const newest = key.getSubkeys().sort((left, right) => created(right) - created(left));
  const parts: readonly Part[] = [...newest, key];
  const faults: unknown[] = [];
  for (const part of parts.filter(hasSecret)) {
    try {
      await key.getSigningKey(part.getKeyID(), now, undefined, config); // Throws when this part may not.
      return { part };
    } catch (error) {
      faults.push(error);
    }
  }
  return { problem: await problemOfParts(key, now, faults) };
}

/** The key id in the way gpg shows it. */
export function idOf(part: Part): string {
  return part.getKeyID().toHex().toUpperCase();
}

async function problemOfPrimary(key: PrivateKey, now: Date, config: Config): Promise<string | undefined> {
  const id = idOf(key);
  if (await key.isRevoked(undefined, undefined, now, config)) return `the key ${id} is revoked`;
  const start = key.getCreationTime();
  if (start > now) {
    return `the key ${id} was made at ${start.toISOString()}, which is in the future by the clock of this machine`;
  }
  const end = await key.getExpirationTime(undefined, config);
  if (end instanceof Date && end <= now) return expired(`the key ${id}`, end);
  return undefined;
}

async function problemOfParts(key: PrivateKey, now: Date, faults: readonly unknown[]): Promise<string> {
  const signing = key.getSubkeys().filter(isForSigning);
  const usable = signing.filter(hasSecret);
  for (const subkey of usable) {
    if (subkey.revocationSignatures.length > 0) return `its signing subkey ${idOf(subkey)} is revoked`;
    const end = await subkey.getExpirationTime(now);
    if (end instanceof Date && end <= now) return expired(`its signing subkey ${idOf(subkey)}`, end);
  }
  const id = idOf(key);
  if (usable.length === 0 && (signing.length > 0 || !hasSecret(key))) {
    return `it holds the private part of no key that may sign; export all of it with: gpg --armor --export-secret-keys ${id}`;
  }
  const [cause] = faults.flatMap((fault) =>
    fault instanceof Error && fault.cause instanceof Error ? [fault.cause.message] : [],
  );
  const because = cause === undefined ? '' : `: ${cause}`;
  return `no part of the key ${id} may sign, neither the primary key nor a subkey${because}`;
}

function expired(what: string, end: Date): string {
  return `${what} expired at ${end.toISOString()}; give it more time with gpg --quick-set-expire and export it again`;
}

function isForSigning({ bindingSignatures }: Subkey): boolean {
  return bindingSignatures.some(({ keyFlags }) => ((keyFlags?.[0] ?? 0) & maySign) !== 0);
}

function hasSecret(part: Part): part is SecretPart {
  const { keyPacket } = part;
  return 'isMissingSecretKeyMaterial' in keyPacket && !keyPacket.isMissingSecretKeyMaterial();
}

function created(part: Part): number {
  return part.getCreationTime().getTime();
}
