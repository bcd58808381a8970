import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A reason to skip tests that need OpenSSH's own ssh-keygen, or false when it is there. */
export function sshKeygenMissing(): string | false {
  return spawnSync('ssh-keygen', ['-?']).error === undefined
    ? false
    : 'ssh-keygen is not installed (Debian: openssh-client)';
}

export interface KeyFile {
  readonly path: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface KeyFolder {
  readonly path: string;
  /** A new key by `ssh-keygen` with these arguments, without a passphrase unless one is given. */
  generate(args: readonly string[], passphrase?: string): KeyFile;
}

/** A private folder for keys of the real ssh-keygen, gone when the test ends. */
export function keyFolder(t: { after(end: () => unknown): void }): KeyFolder {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-keys-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  let count = 0;
  return {
    path,
    generate: (args, passphrase = '') => {
      const file = join(path, `key-${count++}`);
      execFileSync('ssh-keygen', ['-q', '-f', file, '-N', passphrase, '-C', 'somebody', ...args]);
      return {
        path: file,
        privateKey: readFileSync(file, 'utf8'),
        publicKey: readFileSync(`${file}.pub`, 'utf8'),
      };
    },
  };
}
