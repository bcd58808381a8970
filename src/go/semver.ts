// The semantics of Masterminds/semver v3, which are not those of npm's `semver`: import them from here.
export { parseConstraint } from './semver/constraint.ts';
export type { Constraint } from './semver/constraint.ts';
export { SemverError } from './semver/semver-error.ts';
export {
  compareVersions,
  formatVersion,
  parseVersion,
  tryParseTagVersion,
  tryParseVersion,
} from './semver/version.ts';
export type { Version } from './semver/version.ts';
