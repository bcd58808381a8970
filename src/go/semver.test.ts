import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  compareVersions,
  formatVersion,
  parseConstraint,
  parseVersion,
  SemverError,
  tryParseTagVersion,
  tryParseVersion,
} from './semver.ts';

type Row<T> = readonly [text: string, value: T | null, error: string | null];

interface Golden {
  readonly versions: readonly Row<string>[];
  readonly versionOrder: readonly [left: string, right: string, order: number][];
  readonly constraints: readonly [[universe: readonly string[]], ...Row<string>[]];
  readonly constraintReasons: readonly [range: string, version: string, reasons: readonly string[]][];
}

interface Policies {
  readonly constraintUniverse: readonly string[];
  readonly constraints: readonly { range: string; error: string | null; accepts?: readonly string[] }[];
  readonly parseVersion: readonly {
    in: string;
    error: string | null;
    string?: string;
    pre?: string;
    meta?: string;
  }[];
  readonly precedenceAscending: readonly string[];
}

function readGolden(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../test/golden/${name}`, import.meta.url), 'utf8'));
}

const golden = readGolden('select-go.json') as Golden;
const policies = readGolden('policies.json') as Policies;

function attempt<T>(work: () => T): readonly [value: T | null, error: string | null] {
  try {
    return [work(), null];
  } catch (error) {
    assert.ok(error instanceof SemverError);
    return [null, error.message];
  }
}

test('versions are read as by Masterminds/semver, with its errors', () => {
  for (const [text, version, error] of golden.versions) {
    const actual = attempt(() => formatVersion(parseVersion(text)));
    assert.deepEqual(actual, [version, error], text);
  }
});

test('versions are ordered as by Masterminds/semver', () => {
  for (const [left, right, order] of golden.versionOrder) {
    const actual = Math.sign(compareVersions(parseVersion(left), parseVersion(right)));
    assert.equal(actual, order, `${left} ${right}`);
  }
});

test('ranges admit what Masterminds/semver admits, and are refused in its words', () => {
  const [[universe], ...rows] = golden.constraints;
  const versions = universe.map((text) => parseVersion(text));
  for (const [range, accepted, error] of rows) {
    const actual = attempt(() => {
      const constraint = parseConstraint(range);
      return versions.map((version) => (constraint.check(version) ? '1' : '0')).join('');
    });
    assert.deepEqual(actual, [accepted, error], range);
  }
});

test('the reasons why a version is out of range are those of Masterminds/semver', () => {
  for (const [range, version, reasons] of golden.constraintReasons) {
    const constraint = parseConstraint(range);
    assert.deepEqual(constraint.reasons(parseVersion(version)), reasons, `${range} ${version}`);
  }
});

test('the recorded truth table of ranges and versions holds', () => {
  const rows = readGolden('semver.json') as readonly [
    range: string,
    version: string,
    boolean | 'VERR' | 'CERR',
  ][];
  for (const [range, text, expected] of rows) {
    const [constraint] = attempt(() => parseConstraint(range));
    const version = tryParseVersion(text);
    const checked = version === undefined ? 'VERR' : constraint?.check(version);
    assert.equal(constraint === null ? 'CERR' : checked, expected, `${range} ${text}`);
  }
});

test('the recorded ranges of Flux admit the same versions', () => {
  for (const { range, error, accepts } of policies.constraints) {
    const actual = attempt(() => {
      const constraint = parseConstraint(range);
      return policies.constraintUniverse.filter((text) => constraint.check(parseVersion(text)));
    });
    assert.deepEqual(actual, [error === null ? (accepts ?? []) : null, error], range);
  }
});

test('tags are versions when Flux says so', () => {
  for (const row of policies.parseVersion) {
    const version = tryParseTagVersion(row.in);
    assert.equal(version === undefined, row.error !== null, row.in);
    if (version === undefined) continue;
    assert.equal(formatVersion(version), row.string);
    assert.equal(version.prerelease, row.pre);
    assert.equal(version.metadata, row.meta);
  }
});

test('the recorded order of pre-releases holds for every pair', () => {
  const versions = policies.precedenceAscending.map((text) => parseVersion(text));
  for (const [i, left] of versions.entries()) {
    for (const [j, right] of versions.entries()) {
      assert.equal(
        Math.sign(compareVersions(left, right)),
        Math.sign(i - j),
        `${left.original} ${right.original}`,
      );
    }
  }
});

test('a range with many blanks is refused without delay', () => {
  const [, error] = attempt(() => parseConstraint(`${'1  '.repeat(160)}!`));
  assert.match(error ?? '', /^improper constraint/);
});
