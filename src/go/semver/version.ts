import { quote } from '../quote.ts';
import { SemverError } from './semver-error.ts';

/** A part of a version. Go holds 64 bits; JavaScript compares numbers and big integers exactly, mixed too. */
export type Segment = number | bigint;

export interface Version {
  readonly major: Segment;
  readonly minor: Segment;
  readonly patch: Segment;
  /** Without the dash; empty for a release. */
  readonly prerelease: string;
  /** Without the plus; plays no part in comparisons. */
  readonly metadata: string;
  /** The text as it was given. */
  readonly original: string;
}

const MAX_LENGTH = 256;
const MAX_SEGMENT = (1n << 64n) - 1n;
const MAX_SEGMENT_TEXT = String(MAX_SEGMENT);

const LOOSE =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const NUMERIC_WITH_LEADING_ZERO = /(?:^|\.)0[0-9]+(?:\.|$)/;
const DIGITS = /^[0-9]+$/;

/**
 * Reads a version, adding what is missing: `v1`, `1.2` and `01.2.3` are versions too (Go's `semver.NewVersion`).
 *
 * @throws {SemverError}
 */
export function parseVersion(text: string): Version {
  const version = tryParseVersion(text);
  if (version === undefined) throw new SemverError(versionProblem(text));
  return version;
}

/** Reads a version like `parseVersion`, undefined when it is none. For loops over many texts. */
export function tryParseVersion(text: string): Version | undefined {
  const parts = text.length > MAX_LENGTH ? null : LOOSE.exec(text);
  if (parts === null) return undefined;
  const major = segment(parts[1]);
  const minor = segment(parts[2]);
  const patch = segment(parts[3]);
  const prerelease = parts[4] ?? '';
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (prerelease !== '' && NUMERIC_WITH_LEADING_ZERO.test(prerelease)) return undefined;
  return { major, minor, patch, prerelease, metadata: parts[5] ?? '', original: text };
}

/**
 * Reads a tag as Flux does: at least two dots anywhere, then as `tryParseVersion`.
 *
 * The dots may stand in the pre-release: `1-rc.1.0` is 1.0.0-rc.1.0, while `1.2` is no version.
 */
export function tryParseTagVersion(tag: string): Version | undefined {
  const first = tag.indexOf('.');
  if (first < 0 || !tag.includes('.', first + 1)) return undefined;
  return tryParseVersion(tag);
}

/** The version in full, without a leading `v` (Go's `Version.String`). */
export function formatVersion(version: Version): string {
  const prerelease = version.prerelease === '' ? '' : `-${version.prerelease}`;
  const metadata = version.metadata === '' ? '' : `+${version.metadata}`;
  return `${version.major}.${version.minor}.${version.patch}${prerelease}${metadata}`;
}

/** Precedence as semver 2 defines it: negative, zero or positive. Build metadata does not count. */
export function compareVersions(left: Version, right: Version): number {
  return (
    compareSegments(left.major, right.major) ||
    compareSegments(left.minor, right.minor) ||
    compareSegments(left.patch, right.patch) ||
    comparePrereleasePresence(left.prerelease, right.prerelease)
  );
}

/** Compares two pre-releases identifier by identifier; the one with fewer identifiers comes first, also with none. */
export function comparePrereleases(left: string, right: string): number {
  if (left === right) return 0;
  const ours = left.split('.');
  const theirs = right.split('.');
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const order = compareIdentifiers(ours[i] ?? '', theirs[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

export function compareSegments(left: Segment, right: Segment): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** A release comes after all of its pre-releases. */
function comparePrereleasePresence(left: string, right: string): number {
  if (left === right) return 0;
  if (left === '') return 1;
  return right === '' ? -1 : comparePrereleases(left, right);
}

/** Numbers come before words. A number that does not fit into 64 bits counts as a word, as it does in Go. */
function compareIdentifiers(left: string, right: string): number {
  if (left === right) return 0;
  if (left === '' || right === '') return left === '' ? -1 : 1;
  const leftIsNumber = isNumber(left);
  if (leftIsNumber !== isNumber(right)) return leftIsNumber ? -1 : 1;
  if (leftIsNumber && left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : 1;
}

function isNumber(identifier: string): boolean {
  return DIGITS.test(identifier) && fits(identifier);
}

function fits(digits: string): boolean {
  return (
    digits.length < MAX_SEGMENT_TEXT.length ||
    (digits.length === MAX_SEGMENT_TEXT.length && digits <= MAX_SEGMENT_TEXT)
  );
}

/** The value of some digits, zero when there are none, undefined when it does not fit into 64 bits. */
function segment(digits: string | undefined): Segment | undefined {
  if (digits === undefined) return 0;
  if (digits.length <= 15) return Number(digits);
  const value = BigInt(digits);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  return value <= MAX_SEGMENT ? value : undefined;
}

/** Why a text is no version, in the library's words. */
function versionProblem(text: string): string {
  if (new TextEncoder().encode(text).length > MAX_LENGTH) {
    return `version string is too long (max ${MAX_LENGTH} bytes)`;
  }
  const parts = LOOSE.exec(text);
  if (parts === null) return 'invalid semantic version';
  const tooLarge = parts.slice(1, 4).find((digits) => segment(digits) === undefined);
  if (tooLarge === undefined) return 'version segment starts with 0';
  return `error parsing version segment: strconv.ParseUint: parsing ${quote(tooLarge)}: value out of range`;
}
