import { TidemarkError } from '../../model/errors.ts';
import { createCommand } from '../create-command.ts';
import { intervalOf, reference, required } from '../create-object.ts';
import { draftGitSecret } from '../secrets/git-secret.ts';
import { passwordFlags } from '../secrets/password-flags.ts';
import { buildSecret } from '../secrets/secret-draft.ts';
import { sshFlags } from '../secrets/ssh-flags.ts';
import { checkPlace, refuseDefined, storeSecret } from '../secrets/store-secret.ts';
import { choice, type FlagValues, list, text, toggle } from '../flags.ts';

const flags = {
  url: text(
    '--url <address>',
    'address of the repository: https, http, ssh, or file without a cluster; required',
  ),
  branch: text('--branch <name>', 'branch to read'),
  tag: text('--tag <name>', 'tag to read'),
  tagSemver: text('--tag-semver <range>', 'read the highest tag in a range'),
  refName: text('--ref-name <name>', 'reference to read, by its full name'),
  commit: text('--commit <hash>', 'commit to read'),
  secretRef: text('--secret-ref <name>', 'Secret with credentials'),
  proxySecretRef: text('--proxy-secret-ref <name>', 'Secret with the proxy to use'),
  provider: choice('--provider <name>', 'where credentials come from', ['generic', 'azure', 'aws', 'github']),
  ignorePaths: list('--ignore-paths <patterns>', 'patterns to leave out, in .gitignore format'),
  sparseCheckoutPaths: list('--sparse-checkout-paths <paths>', 'the only folders to read'),
  recurseSubmodules: toggle('--recurse-submodules', 'read submodules, too'),
  ...passwordFlags,
  caFile: text('--ca-file <file>', 'authority to trust beside those of the system, for https'),
  ...sshFlags,
};

export const createSourceGit = createCommand({
  kind: 'GitRepository',
  what: 'GitRepository source',
  summary: 'Create a Git repository for automations to update',
  description:
    'Credentials are in the Secret that --secret-ref names. When there is none yet, a user name with a password, an authority or an ssh URL makes one with the name of the repository, as tidemark create secret git does; in files that takes --secrets.',
  flags,
  examples: [
    'tidemark create source git fleet --url=https://git.example.com/fleet.git --branch=main --export',
    'tidemark create source git fleet --url=https://git.example.com/fleet.git --branch=main -u robot --password-file=token.txt',
  ],
  spec: (given) => {
    checkCredentials(given);
    const paths = (values: readonly string[]): string[] => values.flatMap((value) => value.split(','));
    const ignored = paths(given.ignorePaths);
    const sparse = paths(given.sparseCheckoutPaths);
    return {
      url: required(given.url, 'url is required (--url)'),
      interval: intervalOf(given),
      ref: gitReference(given),
      secretRef: reference(given.secretRef),
      proxySecretRef: reference(given.proxySecretRef),
      provider: given.provider,
      ignore: ignored.length === 0 ? undefined : ignored.join('\n'),
      sparseCheckout: sparse.length === 0 ? undefined : sparse,
      recurseSubmodules: given.recurseSubmodules || undefined,
    };
  },
  prepare: async (given, name, { deps, out }) => {
    if (!makesSecret(given)) return {};
    checkPlace(given, deps, 'name one that is there with --secret-ref');
    await refuseDefined({ kind: 'GitRepository', namespace: given.namespace, name }, given, deps);
    const { caFile: caCrtFile } = given;
    const draft = await draftGitSecret(
      { ...given, caCrtFile, bearerToken: undefined, bearerTokenFile: undefined },
      deps,
      out,
    );
    if (draft === undefined) return undefined;
    const head = { name, namespace: given.namespace, labels: undefined };
    out.say('doing', 'applying secret with repository credentials');
    const { place } = await storeSecret(buildSecret(head, draft), given, deps);
    if (place !== undefined) out.detail(place);
    out.say('done', 'authentication configured');
    return { secretRef: { name } };
  },
});

type Given = FlagValues<typeof flags>;

/** The flags that say something about credentials, and are given. */
function credentialFlags(given: Given): readonly string[] {
  const known: readonly (readonly [string, unknown])[] = [
    ['--username', given.username],
    ['--password', given.password],
    ['--password-file', given.passwordFile],
    ['--ca-file', given.caFile],
    ['--private-key-file', given.privateKeyFile],
    ['--known-hosts-file', given.knownHostsFile],
    ['--ssh-key-algorithm', given.sshKeyAlgorithm],
    ['--ssh-ecdsa-curve', given.sshEcdsaCurve],
    ['--ssh-rsa-bits', given.sshRsaBits],
  ];
  return known.filter(([, value]) => value !== undefined).map(([flag]) => flag);
}

/** Credentials that would go nowhere are refused: whoever gives them counts on them. */
function checkCredentials(given: Given & { readonly export: boolean }): void {
  const [flag] = credentialFlags(given);
  if (flag === undefined) return;
  if (given.secretRef !== undefined) {
    throw new TidemarkError(
      'UsageError',
      `${flag} makes a Secret, and --secret-ref names one that is there: say one of them`,
    );
  }
  if (given.provider !== undefined && given.provider !== 'generic') {
    throw new TidemarkError(
      'UsageError',
      `${flag} is for provider generic: ${given.provider} has credentials of its own`,
    );
  }
  if (given.export) {
    throw new TidemarkError(
      'UsageError',
      `--export prints the GitRepository alone, and what ${flag} says would be lost\nmake the Secret with tidemark create secret git, and name it with --secret-ref`,
    );
  }
}

/** As with Flux, a repository that is reached by ssh gets a key without being asked to. */
function makesSecret(given: Given): boolean {
  if (given.secretRef !== undefined || (given.provider ?? 'generic') !== 'generic') return false;
  return credentialFlags(given).length > 0 || /^ssh:/i.test(given.url ?? '');
}

/** When several are given, the more exact one counts, as it does for flux. */
function gitReference({ commit, branch, refName, tagSemver, tag }: FlagValues<typeof flags>): object {
  if (commit !== undefined) return { commit, branch };
  if (refName !== undefined) return { name: refName };
  if (tagSemver !== undefined) return { semver: tagSemver };
  if (tag !== undefined) return { tag };
  if (branch !== undefined) return { branch };
  throw new TidemarkError(
    'UsageError',
    'a Git ref is required, use one of the following: --branch, --tag, --commit, --ref-name or --tag-semver',
  );
}
