import { createHash } from 'node:crypto';
import type { Clock } from '../../../../model/clock.ts';
import { isTidemarkError, TidemarkError } from '../../../../model/errors.ts';
import { formatKey } from '../../../../model/object-key.ts';
import type { SignCommit, SigningKeys, SigningMaterial } from '../../ports.ts';
import type { OpenedKey } from './opened-key.ts';
import { OpenPgpKey } from './open-pgp-key.ts';
import { readSshSigningKey } from './ssh-signing-key.ts';

interface Kept {
  readonly digest: string;
  readonly key: Promise<OpenedKey>;
}

/** So many Secrets keep their key unlocked; the one not used for longest gives way. */
const mostKeys = 64;

/** Keeps the unlocked key of each Secret for as long as the Secret holds it. */
export class SigningKeyRing implements SigningKeys {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async open(material: SigningMaterial): Promise<SignCommit> {
    const key = await this.#keyOf(material);
    await key.check(this.#clock.now());
    return async (commit) => {
      try {
        return await key.sign(commit, this.#clock.now());
      } catch (error) {
        throw isTidemarkError(error, 'CredentialsInvalid')
          ? new TidemarkError('GitFailed', `failed to sign the commit: ${error.message}`, { cause: error })
          : error;
      }
    };
  }

  async #keyOf(material: SigningMaterial): Promise<OpenedKey> {
    const name = `${material.type} ${formatKey(material.secret)}`;
    const digest = digestOf(material);
    const known = this.#kept.get(name);
    const kept = known?.digest === digest ? known : { digest, key: read(material) };
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > mostKeys) this.#kept.delete(oldest);
    try {
      return await kept.key;
    } catch (error) {
      if (this.#kept.get(name) === kept) this.#kept.delete(name);
      throw error;
    }
  }
}

async function read(material: SigningMaterial): Promise<OpenedKey> {
  return material.type === 'gpg' ? OpenPgpKey.read(material) : readSshSigningKey(material);
}

function digestOf({ key, passphrase }: SigningMaterial): string {
  const hash = createHash('sha256').update(String(key.length)).update(' ').update(key);
  return (passphrase === undefined ? hash : hash.update(' ').update(passphrase)).digest('hex');
}
