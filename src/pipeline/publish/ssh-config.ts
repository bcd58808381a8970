/** Key exchanges and host keys that are allowed: names with commas between them, first choice first; without them it is for ssh to choose. */
export interface SshAlgorithms {
  readonly kex?: string | undefined;
  readonly hostKey?: string | undefined;
}

export interface SshConfig {
  readonly username: string;
  readonly algorithms: SshAlgorithms;
  /** Files: the hosts that are known, our public key, and the socket of the agent that has the private one. */
  readonly knownHosts: string;
  readonly publicKey: string;
  readonly agent: string;
  readonly timeoutMs: number;
}

const lives = 3;

/** The whole configuration of an ssh that knows nothing but what it is told, logs in with one key, and asks nobody anything. */
export function sshConfig(config: SshConfig): string {
  const { algorithms, timeoutMs } = config;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const lines: readonly (readonly [option: string, value: string | undefined])[] = [
    ['User', config.username],
    ['UserKnownHostsFile', quoted(config.knownHosts)],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['VerifyHostKeyDNS', 'no'],
    ['CheckHostIP', 'no'],
    ['CanonicalizeHostname', 'no'],
    // The public half names the key, and the agent has the private one. No other key is tried.
    ['IdentityFile', quoted(config.publicKey)],
    ['IdentityAgent', quoted(config.agent)],
    ['IdentitiesOnly', 'yes'],
    ['PreferredAuthentications', 'publickey'],
    ['PasswordAuthentication', 'no'],
    ['KbdInteractiveAuthentication', 'no'],
    ['BatchMode', 'yes'],
    ['KexAlgorithms', algorithms.kex],
    ['HostKeyAlgorithms', algorithms.hostKey],
    ['ForwardAgent', 'no'],
    ['ForwardX11', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['PermitLocalCommand', 'no'],
    ['ControlMaster', 'no'],
    ['ControlPath', 'none'],
    ['EscapeChar', 'none'],
    // Our own deadline comes first. These are for an ssh that outlives us (kill -9).
    ['ConnectTimeout', String(seconds + 1)],
    ['ServerAliveInterval', String(Math.ceil(seconds / lives))],
    ['ServerAliveCountMax', String(lives)],
    // Its log is a file beside this one, and names fingerprints from this level on.
    ['LogLevel', 'DEBUG1'],
  ];
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) => `${option} ${value}\n`)
    .join('');
}

/** A path as a value: `%` begins a token there. */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
