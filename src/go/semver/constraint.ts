import { quote } from '../quote.ts';
import { COMPARISONS } from './comparisons.ts';
import type { Comparison, Operator } from './comparisons.ts';
import { SemverError } from './semver-error.ts';
import { formatVersion, tryParseVersion } from './version.ts';
import type { Version } from './version.ts';

/** A range of versions: groups of comparisons, of which one group must hold in full. */
export interface Constraint {
  /** True when the version is in the range. */
  check(version: Version): boolean;
  /** Why the version is not in the range, one sentence for each comparison that fails; empty when it is. */
  reasons(version: Version): readonly string[];
}

const MAX_LENGTH = 512;
const MAX_GROUPS = 32;

// Go's `\s` is these five. The vertical bar in a number is the library's slip: it makes `1|2` a number that cannot be read.
const SPACE = String.raw`[\t\n\f\r ]`;
const NUMBER = String.raw`[0-9|xX*]+`;
const WORDS = String.raw`[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*`;
const VERSION = String.raw`v?(${NUMBER})(\.${NUMBER})?(\.${NUMBER})?(-${WORDS})?(?:\+${WORDS})?`;
const OPERATOR = String.raw`!=|>=|=>|<=|=<|~>|[=><~^]`;

const COMPARISON = new RegExp(`${SPACE}*(?:(${OPERATOR})${SPACE}*)?(${VERSION})${SPACE}*`, 'y');
const SEPARATOR = new RegExp(`,${SPACE}*`, 'y');
const HYPHEN_RANGE = new RegExp(`${SPACE}*(${VERSION})${SPACE}+-${SPACE}+(${VERSION})${SPACE}*`, 'g');

/** The group of `HYPHEN_RANGE` that holds its upper end: each version has four groups of its own. */
const UPPER_END = 6;

/** Comparisons that must all hold. One that names a pre-release lets pre-releases pass in all of them. */
interface Group {
  readonly comparisons: readonly Comparison[];
  readonly admitsPrereleases: boolean;
}

/**
 * Reads a range by the grammar of Masterminds/semver v3 (Go's `semver.NewConstraint`).
 *
 * @throws {SemverError} with the library's text, for example `improper constraint: "1.2.3.4"`.
 */
export function parseConstraint(text: string): Constraint {
  if (new TextEncoder().encode(text).length > MAX_LENGTH) {
    throw new SemverError(`constraint string is too long (max ${MAX_LENGTH} bytes)`);
  }
  const alternatives = rewriteHyphenRanges(text).split('||');
  if (alternatives.length > MAX_GROUPS) {
    throw new SemverError(`too many constraint groups (max ${MAX_GROUPS})`);
  }
  const groups = alternatives.map((alternative) => parseGroup(alternative));
  return {
    check: (version) => groups.some((group) => groupHolds(group, version)),
    reasons: (version) => reasonsAgainst(groups, version),
  };
}

/** `1.2 - 2` becomes `>= 1.2, <= 2`. The library does so before it looks for `||`, with the consequences it has. */
function rewriteHyphenRanges(text: string): string {
  let out = text;
  for (const found of text.matchAll(HYPHEN_RANGE)) {
    out = out.replace(found[0], () => `>= ${found[1] ?? ''}, <= ${found[UPPER_END] ?? ''} `);
  }
  return out;
}

function parseGroup(text: string): Group {
  const found = findComparisons(text);
  if (found === undefined) throw new SemverError(`improper constraint: ${quote(text)}`);
  const comparisons = found.map((match) => parseComparison(match));
  return { comparisons, admitsPrereleases: comparisons.some(({ bound }) => bound.prerelease !== '') };
}

/** Splits a group into its comparisons, undefined when it is not made of them alone. */
function findComparisons(text: string): readonly RegExpExecArray[] | undefined {
  const found: RegExpExecArray[] = [];
  let position = 0;
  do {
    const match = matchAt(COMPARISON, text, position);
    if (match === null) return undefined;
    found.push(match);
    position += match[0].length;
    if (position === text.length) return found;
    const separator = matchAt(SEPARATOR, text, position);
    if (separator === null && !/[\t\n\f\r ]$/.test(match[0])) return undefined;
    position += separator?.[0].length ?? 0;
  } while (position < text.length);
  // A separator at the end separates nothing.
  return undefined;
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = position;
  return sticky.exec(text);
}

function parseComparison(match: RegExpExecArray): Comparison {
  const [, operator = '', original = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const minorOpen = isOpen(minor);
  const patchOpen = isOpen(patch);
  let text = original;
  let open: Comparison['open'];
  if (isOpen(major)) {
    text = `0.0.0${prerelease}`;
    open = 'all';
  } else if (minorOpen) {
    text = `${major}.0.0${prerelease}`;
    open = 'minor';
  } else if (patchOpen) {
    text = `${major}${minor}.0${prerelease}`;
    open = 'patch';
  }
  const bound = tryParseVersion(text);
  if (bound === undefined || !isOperator(operator)) throw new SemverError('constraint parser error');
  return { operator, bound, original, open };
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(COMPARISONS, text);
}

/** True for a part that is missing or a wildcard. */
function isOpen(part: string): boolean {
  return /^\.?[xX*]?$/.test(part);
}

function groupHolds(group: Group, version: Version): boolean {
  if (version.prerelease !== '' && !group.admitsPrereleases) return false;
  return group.comparisons.every(
    (comparison) => COMPARISONS[comparison.operator](version, comparison) === undefined,
  );
}

function reasonsAgainst(groups: readonly Group[], version: Version): readonly string[] {
  const subject = quote(formatVersion(version));
  const reasons: string[] = [];
  const prereleaseReason = `${subject} is a prerelease version and the constraint is only looking for release versions`;
  for (const group of groups) {
    if (groupHolds(group, version)) return [];
    if (version.prerelease !== '' && !group.admitsPrereleases) {
      if (!reasons.includes(prereleaseReason)) reasons.push(prereleaseReason);
      continue;
    }
    for (const comparison of group.comparisons) {
      const failure = COMPARISONS[comparison.operator](version, comparison);
      if (failure !== undefined) reasons.push(failure(subject, quote(comparison.original)));
    }
  }
  return reasons;
}
