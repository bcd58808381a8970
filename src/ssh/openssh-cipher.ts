import { createDecipheriv, type CipherGCMTypes } from 'node:crypto';

/** How the private part of an OpenSSH key file is encrypted. */
export interface OpenSshCipher {
  /** Bytes of key material that the passphrase gives, key and first vector together. */
  readonly material: number;
  /** Bytes behind the encrypted part that prove it. */
  readonly tag: number;
  /** Throws, or returns rubbish, when the material is wrong. */
  decrypt(material: Buffer, encrypted: Buffer, tag: Buffer): Buffer;
}

/** Ciphers of `ssh-keygen -Z`, by their names in key files. */
export const openSshCiphers: Readonly<Record<string, OpenSshCipher>> = {
  'aes128-ctr': block('aes-128-ctr', 16),
  'aes192-ctr': block('aes-192-ctr', 24),
  'aes256-ctr': block('aes-256-ctr', 32),
  'aes128-cbc': block('aes-128-cbc', 16),
  'aes192-cbc': block('aes-192-cbc', 24),
  'aes256-cbc': block('aes-256-cbc', 32),
  'aes128-gcm@openssh.com': galois('aes-128-gcm', 16),
  'aes256-gcm@openssh.com': galois('aes-256-gcm', 32),
  'chacha20-poly1305@openssh.com': chacha(),
};

function block(name: string, keySize: number): OpenSshCipher {
  return {
    material: keySize + 16,
    tag: 0,
    decrypt: (material, encrypted) => {
      const cipher = createDecipheriv(name, material.subarray(0, keySize), material.subarray(keySize));
      cipher.setAutoPadding(false);
      return Buffer.concat([cipher.update(encrypted), cipher.final()]);
    },
  };
}

function galois(name: CipherGCMTypes, keySize: number): OpenSshCipher {
  return {
    material: keySize + 12,
    tag: 16,
    decrypt: (material, encrypted, tag) => {
      const cipher = createDecipheriv(name, material.subarray(0, keySize), material.subarray(keySize), {
        authTagLength: 16,
      });
      cipher.setAuthTag(tag);
      return Buffer.concat([cipher.update(encrypted), cipher.final()]);
    },
  };
}

/** The tag is not looked at: the check numbers inside tell a wrong passphrase. The key for lengths, its second half, is not used in files. */
function chacha(): OpenSshCipher {
  return {
    material: 64,
    tag: 16,
    decrypt: (material, encrypted) => {
      // Counter 1 (0 made the key of the tag), little endian, then a nonce of zeros.
      const start = Buffer.alloc(16);
      start[0] = 1;
      return createDecipheriv('chacha20', material.subarray(0, 32), start).update(encrypted);
    },
  };
}
