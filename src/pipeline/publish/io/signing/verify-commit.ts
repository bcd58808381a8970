import type { Key } from 'openpgp';
import { messageOf, TidemarkError } from '../../../../model/errors.ts';
import { parseSshSignature } from '../../../../ssh/verify-ssh.ts';
import type { TrustedKeys } from '../../ports.ts';
import { splitSignedCommit } from '../../signed-commit.ts';

/** Throws `GitUnverified` unless one of the trusted keys signed the commit. */
export async function verifyCommit(
  { id, bytes }: { readonly id: string; readonly bytes: Buffer },
  trusted: TrustedKeys,
): Promise<void> {
  const { payload, signature } = splitSignedCommit(bytes);
  const problem = await problemOf(payload, signature, trusted);
  if (problem === undefined) return;
  throw new TidemarkError('GitUnverified', `unable to verify commit '${id}': ${problem}`);
}

async function problemOf(
  payload: Buffer,
  signature: string | undefined,
  trusted: TrustedKeys,
): Promise<string | undefined> {
  if (signature === undefined) return 'it is not signed';
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----')) return problemOfSsh(payload, signature, trusted);
  if (/^-----BEGIN PGP (?:SIGNATURE|MESSAGE)-----/.test(signature))
    return problemOfPgp(payload, signature, trusted);
  return 'its signature is neither of OpenPGP nor of SSH';
}

function problemOfSsh(payload: Buffer, text: string, { secret, keys }: TrustedKeys): string | undefined {
  const signature = parseSshSignature(text);
  if (signature === undefined) return 'its SSH signature cannot be read';
  const signer = signature.publicBlob.toString('base64');
  const known = keys
    .filter(({ name }) => name.endsWith('.sshpub'))
    .some(({ text }) => text.split('\n').some((line) => line.trim().split(/\s+/).includes(signer)));
  if (!known) return `the SSH key that signed it is none of those in secret '${secret}'`;
  return signature.verify(payload, 'git') ? undefined : 'its SSH signature does not fit its content';
}

async function problemOfPgp(
  payload: Buffer,
  text: string,
  { secret, keys }: TrustedKeys,
): Promise<string | undefined> {
  const openpgp = await import('openpgp');
  const verificationKeys: Key[] = [];
  for (const key of keys.filter(({ name }) => !name.endsWith('.sshpub'))) {
    try {
      verificationKeys.push(...(await openpgp.readKeys({ armoredKeys: key.text })));
    } catch {
      return `key '${key.name}' of secret '${secret}' is no armored OpenPGP key`;
    }
  }
  try {
    const message = await openpgp.createMessage({ binary: new Uint8Array(payload) });
    const signature = await openpgp.readSignature({ armoredSignature: text });
    const { signatures } = await openpgp.verify({ message, signature, verificationKeys });
    const results = await Promise.allSettled(signatures.map(async ({ verified }) => verified));
    if (results.some(({ status }) => status === 'fulfilled')) return undefined;
    const signer = signatures.at(0)?.keyID.toHex().toUpperCase() ?? 'unknown';
    const known = verificationKeys.some((key) =>
      key.getKeyIDs().some((id) => id.toHex().toUpperCase() === signer),
    );
    if (!known) return `the OpenPGP key ${signer} that signed it is none of those in secret '${secret}'`;
    const [failed] = results.filter((result) => result.status === 'rejected');
    return `its OpenPGP signature by ${signer} is not good: ${messageOf(failed?.reason)}`;
  } catch (error) {
    return `its OpenPGP signature cannot be read: ${messageOf(error)}`;
  }
}
