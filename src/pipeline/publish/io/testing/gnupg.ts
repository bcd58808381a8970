import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeGitEnvironment } from '../../../../../test/fakes/git-server/git-environment.ts';
import type { GitRepository } from '../../../../../test/fakes/git-server/git-repository.ts';

/** A reason to skip tests that need the real gpg, or false when it is there. */
export function gnupgMissing(): string | false {
  const there = ['gpg', 'gpg-agent'].every(
    (program) => spawnSync(program, ['--version']).error === undefined,
  );
  return there ? false : 'gpg is not installed (Debian: gpg, gpg-agent)';
}

export interface NewKey {
  /** Of the primary key, as `gpg --quick-generate-key` takes it. */
  readonly algorithm: string;
  readonly usage?: string;
  readonly passphrase?: string;
  /** `never`, `1y`, `20200301T000000`. */
  readonly expires?: string;
  /** Of a signing subkey; none when absent. */
  readonly subkey?: { readonly algorithm: string; readonly expires?: string };
  /** When gpg thinks that it is: `20200101T000000`. */
  readonly at?: string;
}

/** A key ring of the real gpg in a private folder, gone when the test ends. */
export interface Gnupg {
  /** `GNUPGHOME`. */
  readonly home: string;
  /** Runs gpg; throws with what it said. */
  gpg(...args: readonly string[]): string;
  /** Makes a key, and returns its fingerprint. */
  generate(key: NewKey): string;
  /** The armored private key; `subkeys` without the private part of the primary key. */
  exportSecret(
    fingerprint: string,
    options?: { readonly passphrase?: string; readonly subkeys?: boolean },
  ): string;
  exportPublic(fingerprint: string): string;
  /** The id that `git verify-commit` says made the signature; throws when it is not good. */
  verifyCommit(repository: GitRepository, commit?: string): string;
}

export function startGnupg(t: { after(end: () => unknown): void }): Gnupg {
  const home = mkdtempSync(join(tmpdir(), 'tm-gpg-')); // Short: the agent's socket lies in it.
  const env = { ...fakeGitEnvironment(), GNUPGHOME: home };
  t.after(() => {
    spawnSync('gpgconf', ['--kill', 'all'], { env });
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const gpg = (...args: readonly string[]): string => {
    const quiet = ['--batch', '--quiet', '--no-tty', '--pinentry-mode', 'loopback'];
    return execFileSync('gpg', [...quiet, ...args], { env, encoding: 'utf8', stdio: 'pipe' });
  };
  let count = 0;
  return {
    home,
    gpg,
    generate: ({ algorithm, usage = 'sign', passphrase = '', expires = 'never', subkey, at }) => {
      const user = `Key ${count++} <key@example.com>`;
      const common = [
        '--passphrase',
        passphrase,
        ...(at === undefined ? [] : ['--faked-system-time', `${at}!`]),
      ];
      gpg(...common, '--quick-generate-key', user, algorithm, usage, expires);
      const fingerprint = fingerprintOf(gpg('--with-colons', '--list-keys', `=${user}`));
      if (subkey === undefined) return fingerprint;
      gpg(...common, '--quick-add-key', fingerprint, subkey.algorithm, 'sign', subkey.expires ?? 'never');
      return fingerprint;
    },
    exportSecret: (fingerprint, { passphrase = '', subkeys = false } = {}) => {
      const what = subkeys ? '--export-secret-subkeys' : '--export-secret-keys';
      return gpg('--passphrase', passphrase, '--armor', what, fingerprint);
    },
    exportPublic: (fingerprint) => gpg('--armor', '--export', fingerprint),
    verifyCommit: (repository, commit = 'main') => {
      const args = ['-C', repository.path, 'verify-commit', '--raw', commit];
      const { status, stderr } = spawnSync('git', args, { env, encoding: 'utf8' });
      const [, fingerprint] = /^\[GNUPG:\] VALIDSIG (\w+)/m.exec(stderr) ?? [];
      if (status !== 0 || fingerprint === undefined) throw new Error(`git verify-commit: ${stderr}`);
      return fingerprint;
    },
  };
}

function fingerprintOf(listing: string): string {
  return /^fpr:+(\w+):/m.exec(listing)?.[1] ?? '';
}
