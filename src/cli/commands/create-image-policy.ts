import type { ImagePolicy } from '../../api/image-policy.ts';
import { compileRegexp } from '../../go/regexp.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';
import { compileRule } from '../../pipeline/select/compile-rule.ts';
import { createCommand } from '../create-command.ts';
import { type CreateFlags, intervalOf, required } from '../create-object.ts';
import { choice, type FlagValues, text } from '../flags.ts';

const flags = {
  imageRef: text('--image-ref <name>', 'ImageRepository whose tags are considered; required'),
  selectSemver: text('--select-semver <range>', 'select the highest version in a range'),
  selectAlpha: choice('--select-alpha <order>', 'select by byte order', ['asc', 'desc']),
  selectNumeric: choice('--select-numeric <order>', 'select by numerical value', ['asc', 'desc']),
  filterRegex: text('--filter-regex <regexp>', 'consider only tags that match'),
  filterExtract: text(
    '--filter-extract <template>',
    'compare this, built from groups of the pattern, instead of the tag',
  ),
  reflectDigest: choice('--reflect-digest <when>', 'look up the digest of the selected tag', [
    'Never',
    'IfNotPresent',
    'Always',
  ]),
};

type PolicyFlags = FlagValues<typeof flags>;

export const createImagePolicy = createCommand({
  kind: 'ImagePolicy',
  what: 'ImagePolicy',
  summary: 'Create a policy that selects a tag',
  flags,
  examples: ["tidemark create image policy web --image-ref=web --select-semver='>=1.0.0' --export"],
  spec: (given) => ({
    imageRepositoryRef: {
      name: required(
        given.imageRef,
        'the name of an ImageRepository in the namespace is required (--image-ref)',
      ),
    },
    policy: policyChoice(given),
    filterTags: tagFilter(given),
    digestReflectionPolicy: given.reflectDigest,
    interval: digestInterval(given),
  }),
  doubts: whyItSelectsNothing,
});

function digestInterval(given: PolicyFlags & Pick<CreateFlags, 'interval'>): string | undefined {
  if (given.reflectDigest === 'Always') return intervalOf(given);
  if (given.interval === undefined) return undefined;
  throw new TidemarkError(
    'UsageError',
    '--interval is for looking up digests, and so only goes with --reflect-digest=Always',
  );
}

function policyChoice({ selectSemver, selectAlpha, selectNumeric }: PolicyFlags): object {
  const given = [selectSemver, selectAlpha, selectNumeric].filter((value) => value !== undefined);
  if (given.length !== 1) {
    const problem =
      given.length === 0
        ? 'a policy must be provided with either --select-semver, --select-alpha, or --select-numeric'
        : 'a policy selects in one way: give only one of --select-semver, --select-alpha and --select-numeric';
    throw new TidemarkError('UsageError', problem);
  }
  return {
    semver: selectSemver === undefined ? undefined : { range: selectSemver },
    alphabetical: selectAlpha && { order: selectAlpha },
    numerical: selectNumeric && { order: selectNumeric },
  };
}

function tagFilter({ filterRegex: pattern, filterExtract: extract }: PolicyFlags): object | undefined {
  if (pattern === undefined) {
    if (extract === undefined) return undefined;
    throw new TidemarkError(
      'UsageError',
      'cannot specify --filter-extract without specifying --filter-regex',
    );
  }
  checkExtract(pattern, extract ?? '');
  return { pattern, extract };
}

/** Every group that the template names must be one of the pattern: others are empty, and nobody means that. */
function checkExtract(pattern: string, extract: string): void {
  let names: readonly (string | undefined)[];
  try {
    names = compileRegexp(pattern).names;
  } catch (error) {
    throw new TidemarkError('UsageError', `--filter-regex is no regular expression: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const used = [...extract.replaceAll('$$', '').matchAll(/\$(?:(\w+)|\{(\w+)\})/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  const unknown = used.find(
    (name) => !(names.includes(name) || (/^\d+$/.test(name) && Number(name) < names.length)),
  );
  if (unknown === undefined) return;
  const known = names.filter((name) => name !== undefined && name !== '').join(', ');
  throw new TidemarkError(
    'UsageError',
    `--filter-extract names the group "${unknown}", and --filter-regex has ${known === '' ? 'no named group' : `only ${known}`}`,
  );
}

/** A rule that cannot be compiled makes a policy that never selects: Flux creates it without a word. */
function whyItSelectsNothing({ spec }: ImagePolicy): string | undefined {
  try {
    compileRule(spec);
    return undefined;
  } catch (error) {
    return `this policy will never select anything: ${messageOf(error)}`;
  }
}
