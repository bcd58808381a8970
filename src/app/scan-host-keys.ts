import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { TidemarkError } from '../model/errors.ts';
import { sshFingerprint } from '../ssh/fingerprint.ts';

/** One key by which a server of SSH is known. */
export interface HostKey {
  /** `ssh-ed25519`. */
  readonly type: string;
  readonly fingerprint: string;
  /** As it stands in `known_hosts`. */
  readonly line: string;
}

export interface ScanOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly timeoutSeconds?: number;
}

/** Asks a server for all of its host keys, with the `ssh-keyscan` of this machine. Throws `GitUnreachable` when it gives none. */
export async function scanHostKeys(
  { hostname, port }: { readonly hostname: string; readonly port: string },
  { environment, signal, timeoutSeconds = 15 }: ScanOptions,
): Promise<readonly HostKey[]> {
  const address = port === '' ? hostname : `${hostname}:${port}`;
  const args = ['-T', String(timeoutSeconds), ...(port === '' ? [] : ['-p', port]), '--', hostname];
  const { stdout, stderr } = await runKeyscan(args, environment, signal);
  const keys = parseKnownHosts(stdout);
  if (keys.length > 0) return keys;
  const [said = 'it gives no key'] = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  throw new TidemarkError(
    'GitUnreachable',
    `the host key of ${address} could not be fetched: ${said}\nlook at the address and the network, or give the key with --known-hosts-file FILE`,
  );
}

/** The keys in a text in the form of `known_hosts`. */
export function parseKnownHosts(content: string): readonly HostKey[] {
  return content.split(/\r?\n/).flatMap((raw) => {
    const line = raw.trim();
    const words = line.split(/\s+/);
    // `@cert-authority` and `@revoked` stand before the hosts.
    const [, type = '', key = ''] = line.startsWith('@') ? words.slice(1) : words;
    const blob = Buffer.from(key, 'base64');
    if (line.startsWith('#') || blob.length < 16 || !/^[a-z][\w@.-]+$/.test(type)) return [];
    return [{ type, fingerprint: sshFingerprint(blob), line }];
  });
}

async function runKeyscan(
  args: readonly string[],
  environment: ScanOptions['environment'],
  signal: AbortSignal,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const child = spawn('ssh-keyscan', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: environment['PATH'], LC_ALL: 'C' },
    signal,
  });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => reject(startFailure(error)));
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [stdout, stderr] = await Promise.race([said, failed]);
  return { stdout, stderr };
}

function startFailure(error: Error): Error {
  if (!('code' in error) || error.code !== 'ENOENT') return error;
  return new TidemarkError(
    'UsageError',
    'ssh-keyscan was not found in PATH: install the client of OpenSSH, or give the host key with --known-hosts-file FILE',
    { cause: error },
  );
}
