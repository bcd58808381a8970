import type * as openpgpModule from 'openpgp';
import type { Config, Key, PrivateKey } from 'openpgp';
import { TidemarkError } from '../../../../model/errors.ts';
import type { SigningMaterial } from '../../ports.ts';
import { findSigningPart, idOf, type SecretPart } from './open-pgp-parts.ts';
import type { OpenedKey } from './opened-key.ts';

type OpenPgp = typeof openpgpModule;
type SecretPacket = SecretPart['keyPacket'];

/** A private OpenPGP key that signs commits, with the newest of its parts that may sign. */
export class OpenPgpKey implements OpenedKey {
  readonly #openpgp: OpenPgp;
  readonly #config: Config;
  readonly #key: PrivateKey;
  readonly #material: SigningMaterial;
  readonly #unlocked = new Map<SecretPacket, Promise<void>>();

  private constructor(openpgp: OpenPgp, key: PrivateKey, material: SigningMaterial) {
    this.#openpgp = openpgp;
    this.#config = configOf(openpgp);
    this.#key = key;
    this.#material = material;
  }

  /** Reads the one key of an armored block. Throws `CredentialsInvalid`. */
  static async read(material: SigningMaterial): Promise<OpenPgpKey> {
    const openpgp = await import('openpgp'); // A megabyte that only those who sign need.
    const { name } = material.secret;
    const keys = await readKeys(openpgp, material);
    const [key] = keys;
    if (key === undefined || keys.length > 1) {
      const text = `multiple entities read from secret '${name}', could not determine which signing key to use`;
      throw new TidemarkError('CredentialsInvalid', text);
    }
    if (key.isPrivate()) return new OpenPgpKey(openpgp, key, material);
    throw refused(
      material,
      `'git.asc' holds the public key ${idOf(key)} in place of the private one; export that with: gpg --armor --export-secret-keys ${idOf(key)}`,
    );
  }

  async check(now: Date): Promise<void> {
    await this.#unlockedPart(now);
  }

  async sign(commit: Buffer, now: Date): Promise<string> {
    const part = await this.#unlockedPart(now);
    const message = await this.#openpgp.createMessage({ binary: new Uint8Array(commit) });
    const armored: unknown = await this.#openpgp.sign({
      message,
      signingKeys: this.#key,
      signingKeyIDs: [part.getKeyID()],
      detached: true,
      date: now,
      config: this.#config,
    });
    return String(armored).replaceAll('\r', '');
  }

  async #unlockedPart(now: Date): Promise<SecretPart> {
    const found = await findSigningPart(this.#key, now, this.#config);
    if ('problem' in found) throw refused(this.#material, found.problem);
    const packet = found.part.keyPacket;
    const unlocked = this.#unlocked.get(packet) ?? this.#unlock(packet);
    this.#unlocked.set(packet, unlocked);
    await unlocked;
    return found.part;
  }

  async #unlock(packet: SecretPacket): Promise<void> {
    const { passphrase, secret } = this.#material;
    const id = packet.getKeyID().toHex().toUpperCase();
    if (!packet.isDecrypted()) {
      if (passphrase === undefined) {
        const text = `can not use passphrase protected signing key without 'passphrase' field present in secret ${secret.name}`;
        throw new TidemarkError('CredentialsInvalid', text);
      }
      try {
        await packet.decrypt(passphrase.toString('utf8'));
      } catch {
        const hint = passphrase.at(-1) === 0x0a ? ', which ends in a line break,' : '';
        throw refused(this.#material, `the 'passphrase'${hint} does not open the key ${id}`);
      }
    }
    await packet.validate().catch(() => {
      throw refused(this.#material, `the private part of the key ${id} does not belong to its public part`);
    });
  }
}

async function readKeys(openpgp: OpenPgp, material: SigningMaterial): Promise<readonly Key[]> {
  try {
    return await openpgp.readKeys({ armoredKeys: material.key.toString('utf8') });
  } catch {
    // What the parser says may quote the key.
    throw refused(
      material,
      "'git.asc' holds no armored OpenPGP key; export one with: gpg --armor --export-secret-keys KEY",
    );
  }
}

/** Keys from before there were key flags may sign, as in Flux. */
function configOf({ config }: OpenPgp): Config {
  return { ...config, allowMissingKeyFlags: true };
}

function refused({ secret }: SigningMaterial, problem: string): TidemarkError {
  return new TidemarkError('CredentialsInvalid', `signing key secret '${secret.name}': ${problem}`);
}
