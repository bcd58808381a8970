import { parseTemplate } from '../../go/expand.ts';
import type { ExpandTemplate } from '../../go/expand.ts';
import { compileRegexp } from '../../go/regexp.ts';
import type { GoRegexp } from '../../go/regexp.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';
import { alphabeticalOrder } from './alphabetical-order.ts';
import { numericalOrder } from './numerical-order.ts';
import type { Order } from './order.ts';
import { semverOrder } from './semver-order.ts';

/** The parts of an ImagePolicy's spec that decide. An ImagePolicySpec fits. */
export interface RuleSpec {
  readonly policy: {
    readonly semver?: { readonly range: string } | undefined;
    readonly alphabetical?: { readonly order?: string | undefined } | undefined;
    readonly numerical?: { readonly order?: string | undefined } | undefined;
  };
  readonly filterTags?:
    | { readonly pattern?: string | undefined; readonly extract?: string | undefined }
    | undefined;
  /** Patterns of tags that do not count. The scan has done so already for an ImageRepository's list. */
  readonly exclude?: readonly string[] | undefined;
}

/** A policy, ready to judge tags. Cheap enough to compile anew for each run; holds no tags. */
export interface Rule {
  /** Two rules with the same fingerprint judge alike. */
  readonly fingerprint: string;
  readonly exclude: readonly GoRegexp[];
  readonly filter: Filter | undefined;
  readonly order: Order;
}

export interface Filter {
  readonly pattern: GoRegexp;
  /** What to compare instead of the tag; undefined to compare the tag. */
  readonly extract: ExpandTemplate | undefined;
}

/**
 * Compiles a policy. The messages are those of Flux's conditions, prefix included.
 *
 * @throws {TidemarkError} `PolicyInvalid`, `FilterInvalid` or `ExclusionPatternInvalid`.
 */
export function compileRule(spec: RuleSpec): Rule {
  const order = compileOrder(spec.policy);
  const filter = compileFilter(spec.filterTags);
  const exclude = (spec.exclude ?? []).map((pattern) => compileExclusion(pattern));
  const fingerprint = JSON.stringify([order.name, spec.filterTags, spec.exclude]);
  return { fingerprint, exclude, filter, order };
}

/** A spec should have one choice. With more, semver comes before alphabetical before numerical, as in Flux. */
function compileOrder({ semver, alphabetical, numerical }: RuleSpec['policy']): Order {
  if (semver !== undefined) {
    try {
      return semverOrder(semver.range);
    } catch (error) {
      throw new TidemarkError('PolicyInvalid', `invalid policy: ${messageOf(error)}`, { cause: error });
    }
  }
  if (alphabetical !== undefined) return alphabeticalOrder(directionOf(alphabetical.order));
  if (numerical !== undefined) return numericalOrder(directionOf(numerical.order));
  throw new TidemarkError('PolicyInvalid', 'invalid policy: given ImagePolicyChoice object is invalid');
}

function directionOf(order = ''): 'asc' | 'desc' {
  const upper = order.toUpperCase();
  if (upper === '' || upper === 'ASC') return 'asc';
  if (upper === 'DESC') return 'desc';
  const problem = `invalid order argument provided: '${upper}', must be one of: ASC, DESC`;
  throw new TidemarkError('PolicyInvalid', `invalid policy: ${problem}`);
}

function compileFilter(spec: RuleSpec['filterTags']): Filter | undefined {
  if (spec === undefined) return undefined;
  const source = spec.pattern ?? '';
  try {
    const pattern = compileRegexp(source);
    const extract = spec.extract ?? '';
    return { pattern, extract: extract === '' ? undefined : parseTemplate(extract, pattern.names) };
  } catch (error) {
    const problem = `invalid regular expression pattern '${source}': ${messageOf(error)}`;
    throw new TidemarkError('FilterInvalid', `failed to filter tags: ${problem}`, { cause: error });
  }
}

function compileExclusion(pattern: string): GoRegexp {
  try {
    return compileRegexp(pattern);
  } catch (error) {
    const problem = `failed to compile regex ${pattern}: ${messageOf(error)}`;
    throw new TidemarkError('ExclusionPatternInvalid', problem, { cause: error });
  }
}
