import {
  compareVersions,
  parseConstraint,
  parseVersion,
  SemverError,
  tryParseTagVersion,
} from '../../go/semver.ts';
import type { Version } from '../../go/semver.ts';
import type { Contender, Order } from './order.ts';

/**
 * Orders values by semver precedence, within a range.
 *
 * @throws {SemverError} when the range cannot be read.
 */
export function semverOrder(range: string): Order {
  const constraint = parseConstraint(range);
  return {
    name: `semver ${range}`,
    superlative: `the highest version in the range "${range}"`,
    read: (tag, value) => {
      const version = tryParseTagVersion(value);
      if (version === undefined) return 'unparsable';
      return constraint.check(version) ? new Semantic(tag, version) : 'out-of-range';
    },
    whyRefused: (value) => {
      const version = tryParseTagVersion(value);
      return version === undefined ? whyNoVersion(value) : constraint.reasons(version).join('; ');
    },
    whyWorse: (value, better) => `version ${value} is lower than ${better}`,
    noneUsable: () => 'unable to determine latest version from provided list',
  };
}

class Semantic implements Contender {
  readonly tag: string;
  readonly #version: Version;

  constructor(tag: string, version: Version) {
    this.tag = tag;
    this.#version = version;
  }

  get value(): string {
    return this.#version.original;
  }

  compareTo(other: Contender): number {
    return other instanceof Semantic ? compareVersions(this.#version, other.#version) : 0;
  }
}

function whyNoVersion(value: string): string {
  try {
    parseVersion(value);
    return `"${value}" is not a version of three parts, as in 1.2.3`;
  } catch (error) {
    const detail = error instanceof SemverError && error.message !== 'invalid semantic version';
    return `"${value}" is not a semantic version${detail ? `: ${error.message}` : ''}`;
  }
}
