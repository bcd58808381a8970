import { defaultExclusionList } from '../../api/image-repository.ts';
import type { GoRegexp } from '../../go/regexp.ts';
import { compileRegexp } from '../../go/regexp.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';

/** The exclusion list that counts: an empty one means the default, as it does to Flux. */
export function effectiveExclusions(list: readonly string[] | undefined): readonly string[] {
  return list && list.length > 0 ? list : defaultExclusionList;
}

/** Compiles an exclusion list. Every pattern that does not compile is named, in one `ExclusionPatternInvalid`. */
export function compileExclusions(list: readonly string[] | undefined): readonly GoRegexp[] {
  const problems: string[] = [];
  const compiled: GoRegexp[] = [];
  for (const pattern of effectiveExclusions(list)) {
    try {
      compiled.push(compileRegexp(pattern));
    } catch (error) {
      problems.push(`failed to compile regex ${pattern}: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0) throw new TidemarkError('ExclusionPatternInvalid', problems.join('; '));
  return compiled;
}

/** The pattern that drops `tag`, if one does. A pattern may match anywhere in the tag. */
export function excludedBy(tag: string, exclusions: readonly GoRegexp[]): GoRegexp | undefined {
  return exclusions.find((pattern) => pattern.test(tag));
}

/** The tags that no pattern matches, in the order they came. */
export function withoutExcluded(tags: readonly string[], exclusions: readonly GoRegexp[]): readonly string[] {
  return tags.filter((tag) => excludedBy(tag, exclusions) === undefined);
}
