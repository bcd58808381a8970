import { choice, count, text, toggle } from '../flags.ts';

/** How a key for SSH is made or read, and how the server is known again. */
export const sshFlags = {
  sshKeyAlgorithm: choice('--ssh-key-algorithm <name>', 'sort of the new key, ecdsa if not said', [
    'rsa',
    'ecdsa',
    'ed25519',
  ]),
  sshEcdsaCurve: choice('--ssh-ecdsa-curve <name>', 'curve of a new ecdsa key, p384 if not said', [
    'p256',
    'p384',
    'p521',
  ]),
  sshRsaBits: count('--ssh-rsa-bits <n>', 'length of a new rsa key (default: 2048)', 2048),
  privateKeyFile: text(
    '--private-key-file <file>',
    'private key to use in place of a new one, "-" for standard input; --password is its passphrase',
  ),
  knownHostsFile: text(
    '--known-hosts-file <file>',
    'host key of the server, in place of the one that it shows now',
  ),
  silent: toggle('-s, --silent', 'do not ask whether the host key is the right one'),
};
