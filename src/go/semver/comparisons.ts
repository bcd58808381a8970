import { comparePrereleases, compareSegments, compareVersions } from './version.ts';
import type { Version } from './version.ts';

export type Operator = '' | '=' | '!=' | '>' | '<' | '>=' | '=>' | '<=' | '=<' | '~' | '~>' | '^';

/** One comparison of a range, for example `>=1.2`. */
export interface Comparison {
  readonly operator: Operator;
  /** What versions are compared with; parts that were left open are zero. */
  readonly bound: Version;
  /** The version as it was written. */
  readonly original: string;
  /** The first part that is missing or a wildcard (`all`: the major one); undefined for a full version. */
  readonly open: 'all' | 'minor' | 'patch' | undefined;
}

/** Why a version fails a comparison: makes the sentence from the two names, so that nobody pays for it unread. */
export type Failure = (subject: string, bound: string) => string;

type Compare = (version: Version, comparison: Comparison) => Failure | undefined;

const isLess: Failure = (subject, bound) => `${subject} is less than ${bound}`;
const isGreater: Failure = (subject, bound) => `${subject} is greater than ${bound}`;
const isLessOrEqual: Failure = (subject, bound) => `${subject} is less than or equal to ${bound}`;
const isGreaterOrEqual: Failure = (subject, bound) => `${subject} is greater than or equal to ${bound}`;
const isEqual: Failure = (subject, bound) => `${subject} is equal to ${bound}`;
const isNotEqual: Failure = (subject, bound) => `${subject} is not equal to ${bound}`;
const otherMajor: Failure = (subject, bound) => `${subject} does not have same major version as ${bound}`;
const otherMinor: Failure = (subject, bound) => `${subject} does not have same minor version as ${bound}`;
const otherMajorMinor: Failure = (subject, bound) =>
  `${subject} does not have same major and minor version as ${bound}`;
const otherMinorBelowOne: Failure = (subject, bound) =>
  `${otherMinor(subject, bound)}. Expected minor versions to match when constraint major version is 0`;
const otherPatchBelowOne: Failure = (subject, bound) =>
  `${subject} does not equal ${bound}. Expect version and constraint to equal when major and minor versions are 0`;

/** Equal to the bound where the bound says something; without an operator `1.2` means 1.2.x. */
const tildeOrEqual: Compare = (version, comparison) => {
  if (comparison.open !== undefined) return tilde(version, comparison);
  return compareVersions(version, comparison.bound) === 0 ? undefined : isNotEqual;
};

const notEqual: Compare = (version, { bound, open }) => {
  if (open === undefined) return compareVersions(version, bound) === 0 ? isEqual : undefined;
  if (version.major !== bound.major) return undefined;
  if (open === 'minor') return isEqual;
  if (version.minor !== bound.minor) return undefined;
  if (open === 'patch') {
    return comparePrereleases(version.prerelease, bound.prerelease) === 0 ? isEqual : undefined;
  }
  return compareVersions(version, bound) === 0 ? isEqual : undefined;
};

/** `>11` asks for 12 or later, `>11.1` for 11.2 or later. */
const greaterThan: Compare = (version, { bound, open }) => {
  if (open === 'minor') return version.major > bound.major ? undefined : isLessOrEqual;
  if (open === 'patch') {
    const order = compareSegments(version.major, bound.major) || compareSegments(version.minor, bound.minor);
    return order > 0 ? undefined : isLessOrEqual;
  }
  return compareVersions(version, bound) > 0 ? undefined : isLessOrEqual;
};

const lessThan: Compare = (version, { bound }) =>
  compareVersions(version, bound) < 0 ? undefined : isGreaterOrEqual;

const greaterThanOrEqual: Compare = (version, { bound }) =>
  compareVersions(version, bound) >= 0 ? undefined : isLess;

/** `<=11` admits 11.x.x, `<=11.1` admits 11.1.x. */
const lessThanOrEqual: Compare = (version, { bound, open }) => {
  if (open === undefined) return compareVersions(version, bound) <= 0 ? undefined : isGreater;
  const major = compareSegments(version.major, bound.major);
  if (major > 0) return isGreater;
  return major === 0 && open !== 'minor' && version.minor > bound.minor ? isGreater : undefined;
};

/** At least the bound, and the same minor version; the same major version if the bound names no minor. */
const tilde: Compare = (version, { bound, open }) => {
  if (compareVersions(version, bound) < 0) return isLess;
  const isZero = bound.major === 0 && bound.minor === 0 && bound.patch === 0;
  // `~0.0.0` admits everything, like `~*`.
  if (isZero && open !== 'minor' && open !== 'patch') return undefined;
  if (version.major !== bound.major) return otherMajor;
  return version.minor !== bound.minor && open !== 'minor' ? otherMajorMinor : undefined;
};

/** At least the bound, and nothing changed from the first part of it that is not zero upwards. */
const caret: Compare = (version, { bound, open }) => {
  if (compareVersions(version, bound) < 0) return isLess;
  if (bound.major > 0 || open === 'minor') return version.major === bound.major ? undefined : otherMajor;
  if (version.major > 0) return otherMajor;
  if (bound.minor > 0 || open === 'patch') {
    return version.minor === bound.minor ? undefined : otherMinorBelowOne;
  }
  if (version.minor > 0) return otherMinor;
  return version.patch === bound.patch ? undefined : otherPatchBelowOne;
};

/** What each operator asks of a version: undefined when it holds. */
export const COMPARISONS: Readonly<Record<Operator, Compare>> = {
  '': tildeOrEqual,
  '=': tildeOrEqual,
  '!=': notEqual,
  '>': greaterThan,
  '<': lessThan,
  '>=': greaterThanOrEqual,
  '=>': greaterThanOrEqual,
  '<=': lessThanOrEqual,
  '=<': lessThanOrEqual,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};
