import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { TidemarkError } from '../../../model/errors.ts';
import { authorizedKeyLine } from '../../../ssh/authorized-key-line.ts';
import { sshFingerprint } from '../../../ssh/fingerprint.ts';
import { parsePrivateKey } from '../../../ssh/parse-private-key.ts';
import { SshKeyError } from '../../../ssh/ssh-key-error.ts';
import type { SshPrivateKey } from '../../../ssh/ssh-private-key.ts';
import type { GitFailure } from '../git-failure.ts';
import type { RemoteAccess, SshAccess } from '../remote-access.ts';
import { sshConfig, type SshAlgorithms } from '../ssh-config.ts';
import { classifySshFailure } from '../ssh-failure.ts';
import type { GitExit } from './git-program.ts';
import { SshAgent } from './ssh-agent.ts';

export interface SshLinkOptions {
  readonly algorithms: SshAlgorithms;
  /** The environment in which git will run: where its `ssh` is looked for. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How a git command against a remote ended. */
export interface RemoteExit extends GitExit {
  /** Why it failed, where more is known than what git says. */
  readonly failure?: GitFailure;
}

type Work = (environment: Readonly<Record<string, string>>) => Promise<GitExit>;

/** The longest path that every system takes for a socket. */
const LONGEST_SOCKET = 100;

/**
 * Lets git reach a remote by the machine's ssh.
 *
 * For the time of one command there is a private folder with what ssh must read from files, all of it public, and the socket of an
 * agent: the private key itself never leaves this process.
 */
export class SshLink {
  readonly #access: RemoteAccess;
  readonly #ssh: SshAccess;
  readonly #options: SshLinkOptions;
  /** Once read: an encrypted key takes a good part of a second. */
  #key: SshPrivateKey | undefined;

  constructor(remote: RemoteAccess, ssh: SshAccess, options: SshLinkOptions) {
    this.#access = remote;
    this.#ssh = ssh;
    this.#options = options;
  }

  /** Runs a git command, and says why if it fails. Throws `GitUnauthorized` for a key that cannot be used. */
  async run(work: Work): Promise<RemoteExit> {
    const key = this.#readKey();
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-ssh-'));
    const agent = new SshAgent(key);
    try {
      await this.#layOut(folder, { key, agent });
      const command = `ssh -F ${shellWord(join(folder, 'config'))} -E ${shellWord(join(folder, 'log'))}`;
      const exit = await work({ GIT_SSH_COMMAND: command, GIT_SSH_VARIANT: 'ssh' });
      if (exit.code === 0) return exit;
      return { ...exit, failure: await this.#reasonOf(exit, join(folder, 'log')) };
    } finally {
      await agent.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #layOut(
    folder: string,
    { key, agent }: { readonly key: SshPrivateKey; readonly agent: SshAgent },
  ): Promise<void> {
    const file = (name: string): string => join(folder, name);
    const socket = file('agent');
    if (Buffer.byteLength(socket) > LONGEST_SOCKET) {
      throw new TidemarkError(
        'GitFailed',
        `the path of the folder for temporary files, '${tmpdir()}', is too long for a socket in it: set TMPDIR to a shorter one`,
      );
    }
    const config = sshConfig({
      username: this.#ssh.username,
      algorithms: this.#options.algorithms,
      knownHosts: file('known_hosts'),
      publicKey: file('identity.pub'),
      agent: socket,
      timeoutMs: this.#access.timeoutMs,
    });
    const lines = `${this.#ssh.knownHosts.replaceAll('\r\n', '\n')}\n`;
    await Promise.all([
      writeFile(file('config'), config, { mode: 0o600 }),
      writeFile(file('known_hosts'), lines, { mode: 0o600 }),
      writeFile(file('identity.pub'), `${authorizedKeyLine(key)}\n`, { mode: 0o600 }),
      agent.listen(socket),
    ]);
  }

  #readKey(): SshPrivateKey {
    try {
      this.#key ??= parsePrivateKey(this.#ssh.identity, this.#ssh.passphrase);
      return this.#key;
    } catch (error) {
      if (!(error instanceof SshKeyError)) throw error;
      const remedy = error.problem === 'passphrase-missing' ? ": put it into the key 'password'" : '';
      throw new TidemarkError(
        'GitUnauthorized',
        `unable to reach '${this.#access.url.url}': ${this.#ssh.secret}: key 'identity' ${error.message}${remedy}`,
        { cause: error },
      );
    }
  }

  async #reasonOf(exit: GitExit, logFile: string): Promise<GitFailure> {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    if (log === '' && !(await this.#isInstalled())) {
      return {
        kind: 'ssh-unusable',
        reason: 'ssh was not found in PATH: install the client of OpenSSH (package openssh-client)',
      };
    }
    const key = this.#readKey();
    const { kind, reason } = classifySshFailure({
      stderr: exit.stderr,
      log,
      host: new URL(this.#access.url.url).host,
      username: this.#ssh.username,
      key: `${key.type} ${sshFingerprint(key.publicBlob)}`,
    });
    return { kind, reason: this.#access.redact(reason) };
  }

  async #isInstalled(): Promise<boolean> {
    const folders = (this.#options.environment['PATH'] ?? '').split(delimiter);
    const found = await Promise.all(
      folders.map((folder) =>
        access(join(folder, 'ssh'), constants.X_OK).then(
          () => true,
          () => false,
        ),
      ),
    );
    return found.includes(true);
  }
}

/** One word for a shell, whatever is in it. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
