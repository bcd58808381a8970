import { generateSshKeyPair, type SshKeyKind } from '../../app/generate-ssh-key-pair.ts';
import { type HostKey, parseKnownHosts, scanHostKeys } from '../../app/scan-host-keys.ts';
import { TidemarkError } from '../../model/errors.ts';
import { authorizedKeyLine } from '../../ssh/authorized-key-line.ts';
import { sshFingerprint } from '../../ssh/fingerprint.ts';
import { parsePrivateKey } from '../../ssh/parse-private-key.ts';
import { SshKeyError } from '../../ssh/ssh-key-error.ts';
import { confirm } from '../confirm.ts';
import type { CliDeps } from '../deps.ts';
import type { Output } from '../output.ts';
import { readInput } from '../read-input.ts';
import type { GitSecretFlags } from './git-secret-flags.ts';
import type { SecretDraft } from './secret-draft.ts';
import { readPemFile, shownInput } from './secret-text.ts';

interface SshRequest {
  readonly url: URL;
  readonly given: GitSecretFlags;
  readonly passphrase: string | undefined;
}

/** What goes into `identity`, and its public half as a line. */
interface Identity {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

/** The Secret for Git over SSH: key pair and host key. Undefined when the person says that the host key is not the right one. */
export async function draftSshSecret(
  request: SshRequest,
  deps: CliDeps,
  out: Output,
): Promise<SecretDraft | undefined> {
  const { url, given, passphrase } = request;
  const identity = await identityFor(given, passphrase, deps);
  const known = await hostKeysFor(url, given, deps);
  out.say('generating', `deploy key: ${identity.publicKey}`);
  out.detail(`${identity.fingerprint}; it needs write access to the repository`);
  if (!(await areTrusted(known, request, { deps, out }))) return undefined;
  return {
    stringData: {
      identity: identity.privateKey,
      'identity.pub': `${identity.publicKey}\n`,
      known_hosts: known.map(({ line }) => line).join('\n'),
      ...(passphrase !== undefined && { password: passphrase }),
    },
  };
}

async function identityFor(
  given: GitSecretFlags,
  passphrase: string | undefined,
  deps: CliDeps,
): Promise<Identity> {
  const { privateKeyFile: file } = given;
  if (file === undefined) return newIdentity(given, passphrase);
  const privateKey = await readPemFile(file, deps);
  try {
    const key = parsePrivateKey(privateKey, passphrase);
    return { privateKey, publicKey: authorizedKeyLine(key), fingerprint: sshFingerprint(key.publicBlob) };
  } catch (error) {
    if (!(error instanceof SshKeyError)) throw error;
    const hint =
      error.problem === 'passphrase-missing'
        ? '\ngive it with --password-file FILE, or --password-file - for standard input'
        : '';
    throw new TidemarkError('UsageError', `${shownInput(file)} ${error.message}${hint}`, { cause: error });
  }
}

async function newIdentity(given: GitSecretFlags, passphrase: string | undefined): Promise<Identity> {
  if (passphrase !== undefined) {
    throw new TidemarkError(
      'UsageError',
      '--password is the passphrase of the key that --private-key-file names: a new key has none, since it would lie beside it',
    );
  }
  const { privateKey, publicKey } = await generateSshKeyPair(kindOf(given));
  const { publicBlob } = parsePrivateKey(privateKey);
  return { privateKey, publicKey: publicKey.trimEnd(), fingerprint: sshFingerprint(publicBlob) };
}

function kindOf({
  sshKeyAlgorithm: algorithm = 'ecdsa',
  sshEcdsaCurve: curve = 'p384',
  sshRsaBits: bits = 2048,
}: GitSecretFlags): SshKeyKind {
  switch (algorithm) {
    case 'rsa':
      return { algorithm, bits };
    case 'ecdsa':
      return { algorithm, curve };
    default:
      return { algorithm };
  }
}

async function hostKeysFor(url: URL, given: GitSecretFlags, deps: CliDeps): Promise<readonly HostKey[]> {
  const { knownHostsFile: file } = given;
  if (file === undefined) return scanHostKeys(url, deps);
  const keys = parseKnownHosts((await readInput(file, deps)).toString('utf8'));
  if (keys.length > 0) return keys;
  throw new TidemarkError(
    'UsageError',
    `${shownInput(file)} holds no host key: lines of the form "HOST TYPE KEY" are wanted`,
  );
}

/** Shows the host keys, and asks whoever sits at a terminal. As with Flux, scripts are not stopped by the question. */
async function areTrusted(
  known: readonly HostKey[],
  { url, given }: SshRequest,
  { deps, out }: { readonly deps: CliDeps; readonly out: Output },
): Promise<boolean> {
  const whence = given.knownHostsFile === undefined ? `that ${url.host} shows` : `in ${given.knownHostsFile}`;
  out.say('done', `host keys ${whence}:`);
  for (const { type, fingerprint } of known) out.detail(`${type} ${fingerprint}`);
  if (given.knownHostsFile !== undefined || given.silent) return true;
  if (deps.stdin.isTerminal && given.privateKeyFile !== '-' && given.passwordFile !== '-')
    return confirm(`Are these the host keys of ${url.hostname}?`, deps, '');
  out.say(
    'warning',
    'nobody was asked whether these are the right host keys: compare them with those that the Git host publishes (--silent goes without this warning)',
  );
  return true;
}
