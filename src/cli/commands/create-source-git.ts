import { TidemarkError } from '../../model/errors.ts';
import { createCommand } from '../create-command.ts';
import { intervalOf, reference, required } from '../create-object.ts';
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
};

export const createSourceGit = createCommand({
  kind: 'GitRepository',
  what: 'GitRepository source',
  summary: 'Create a Git repository for automations to update',
  flags,
  examples: [
    'tidemark create source git fleet --url=https://git.example.com/fleet.git --branch=main --export',
  ],
  spec: (given) => {
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
});

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
