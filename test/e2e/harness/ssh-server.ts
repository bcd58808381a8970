// The configuration of sshd and the forced command are taken over from `testing/peers/sshd.sh` of the shared material.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';
import type { Lifetime } from './workspace.ts';

const program = '/usr/sbin/sshd';

/** A key pair of the real ssh-keygen. */
export interface SshKeyFiles {
  readonly privateKey: string;
  readonly publicKey: string;
  /** `SHA256:...` */
  readonly fingerprint: string;
}

/** A real sshd on loopback that lets the owners of some keys run git's commands on a folder of bare repositories, and nothing else. */
export interface RunningSshServer {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** `ssh://<user>@127.0.0.1:<port>`: an sshd that is not root's knows only the user who runs it. */
  readonly url: string;
  readonly folder: string;
  readonly hostKey: SshKeyFiles;
  /** What belongs into known_hosts; with another key for one that is wrong. */
  knownHosts(key?: SshKeyFiles): string;
  /** A new key, let in unless it is a stranger's. */
  newKey(
    args: readonly string[],
    options?: { readonly passphrase?: string; readonly stranger?: boolean },
  ): SshKeyFiles;
  /** Comes back when the server has said that this key was let in. */
  hasLetIn(key: SshKeyFiles): Promise<unknown>;
}

/** Whether OpenSSH's server and its tools are installed; the reason to skip a test otherwise. */
export function sshServerMissing(): string | false {
  const missing = [
    ...(existsSync(program) ? [] : ['sshd']),
    ...['ssh', 'ssh-keygen'].filter((name) => spawnSync('which', [name]).status !== 0),
  ];
  return missing.length === 0 ? false : `${missing.join(' and ')} not installed (see .ci/run)`;
}

/** `folder` is made when it is missing; keys and configuration lie in it beside `repositories`. */
export async function startSshServer(
  t: Pick<Lifetime, 'after'>,
  folder: string,
  options: readonly string[] = [],
): Promise<RunningSshServer> {
  const repositories = join(folder, 'repositories');
  mkdirSync(repositories, { recursive: true, mode: 0o700 });
  const authorized: string[] = [];
  let keys = 0;
  const make = (args: readonly string[], passphrase = ''): SshKeyFiles => {
    const path = join(folder, `key-${keys++}`);
    execFileSync('ssh-keygen', ['-q', '-f', path, '-N', passphrase, '-C', 'test', ...args]);
    const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-l', '-f', `${path}.pub`], {
      encoding: 'utf8',
    }).split(' ');
    return {
      privateKey: readFileSync(path, 'utf8'),
      publicKey: readFileSync(`${path}.pub`, 'utf8'),
      fingerprint,
    };
  };
  const hostKey = make(['-t', 'ed25519']);
  const port = await freePort();
  const server = { port, folder, config: config(folder, { port, options }) };
  const log = await listening(t, server);
  return {
    host: `127.0.0.1:${port}`,
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    folder: repositories,
    hostKey,
    knownHosts: (key = hostKey) => `[127.0.0.1]:${port} ${key.publicKey.split(' ').slice(0, 2).join(' ')}\n`,
    newKey: (args, { passphrase, stranger = false } = {}) => {
      const key = make(args, passphrase);
      if (!stranger) authorized.push(`restrict,command="${folder}/git-only" ${key.publicKey}`);
      writeFileSync(join(folder, 'authorized_keys'), authorized.join(''));
      return key;
    },
    hasLetIn: async ({ fingerprint }) =>
      waitUntil(
        () =>
          log()
            .split('\n')
            .some((line) => line.startsWith('Accepted publickey') && line.includes(fingerprint)),
        { what: `a login with ${fingerprint}` },
      ),
  };
}

async function listening(
  t: Pick<Lifetime, 'after'>,
  { port, folder, config: text }: { readonly port: number; readonly folder: string; readonly config: string },
): Promise<() => string> {
  // Root's sshd wants this folder, which a service manager makes otherwise.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const file = join(folder, 'sshd_config');
  // Newer servers turn away whoever has failed a few times; older ones do not know this line.
  writeFileSync(file, `PerSourcePenalties no\n${text}`);
  if (spawnSync(program, ['-t', '-f', file]).status !== 0) writeFileSync(file, text);
  writeFileSync(join(folder, 'git-only'), gitOnly);
  writeFileSync(join(folder, 'authorized_keys'), '');
  chmodSync(join(folder, 'git-only'), 0o755);
  const child = spawn(program, ['-D', '-e', '-f', file], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text) => said.push(String(text)));
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  await waitUntil(
    () => {
      if (child.exitCode !== null) throw new Error(said.join(''));
      return said.join('').includes('Server listening');
    },
    { what: `sshd on port ${port}` },
  );
  return () => said.join('');
}

/** Git's own restricted shell keeps the paths inside: `/fleet.git` of a URL is `repositories/fleet.git`. */
const gitOnly = `#!/bin/sh
cd "$(dirname "$0")/repositories" || exit 1
[ -n "\${SSH_ORIGINAL_COMMAND:-}" ] || { echo 'no shell' >&2; exit 128; }
exec git shell -c "$(printf %s "$SSH_ORIGINAL_COMMAND" | sed "s#'/#'./#")"
`;

function config(
  folder: string,
  { port, options }: { readonly port: number; readonly options: readonly string[] },
): string {
  return `${options.map((line) => `${line}\n`).join('')}Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/key-0
PidFile ${folder}/sshd.pid
AuthorizedKeysFile ${folder}/authorized_keys
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin forced-commands-only
AcceptEnv GIT_PROTOCOL
X11Forwarding no
AllowTcpForwarding no
PrintMotd no
LogLevel VERBOSE
`;
}
