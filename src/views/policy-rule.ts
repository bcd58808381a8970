import type { ImagePolicySpec } from '../api/image-policy.ts';

/** The rule of a policy in one line: `semver >=1.0.0`, `numerical asc, pattern ^dev-(?P<ts>\d+) extract $ts`. */
export function policyRule({ policy, filterTags }: ImagePolicySpec): string {
  const { pattern = '', extract = '' } = filterTags ?? {};
  const filter = `${pattern === '' ? '' : `, pattern ${pattern}`}${extract === '' ? '' : ` extract ${extract}`}`;
  return `${choiceText(policy)}${filter}`;
}

function choiceText({ semver, alphabetical, numerical }: ImagePolicySpec['policy']): string {
  if (semver !== undefined) return `semver ${semver.range}`;
  if (alphabetical !== undefined) return `alphabetical ${alphabetical.order}`;
  return numerical === undefined ? 'none' : `numerical ${numerical.order}`;
}
