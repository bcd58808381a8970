import { compareVersions, formatVersion, tryParseVersion } from '../semver.ts';
import type { Version } from '../semver.ts';
import { define } from '../template/define.ts';
import { INT, isNil, pointerTo, STRING, UINT64 } from '../template/go-type.ts';
import { GoInt, GoPointer, GoStruct } from '../template/go-value.ts';
import type { GoMethod, GoType, GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';

/** Go's `semver.Version`, with the methods that a template can call. */
export const VERSION: GoType = {
  name: 'semver.Version',
  kind: 'struct',
  fields: [
    { name: 'major', type: UINT64 },
    { name: 'minor', type: UINT64 },
    { name: 'patch', type: UINT64 },
    { name: 'pre', type: STRING },
    { name: 'metadata', type: STRING },
    { name: 'original', type: STRING },
  ],
  toText: (value) => formatVersion(versionOf(value)),
  toJson: (value) => formatVersion(versionOf(value)),
  methods: versionMethods,
};

export const VERSION_POINTER = pointerTo(VERSION);

/** A pointer to a version, as `semver` returns it. */
export function versionPointer(version: Version): GoPointer {
  return new GoPointer(VERSION_POINTER, structOf(version));
}

/** The version in a struct, or behind a pointer. */
export function versionOf(value: GoValue): Version {
  const struct = value instanceof GoPointer ? value.target : value;
  if (!(struct instanceof GoStruct)) {
    throw new FunctionError('runtime error: invalid memory address or nil pointer dereference');
  }
  const [major, minor, patch, prerelease, metadata, original] = struct.values;
  return {
    major: numberOf(major),
    minor: numberOf(minor),
    patch: numberOf(patch),
    prerelease: textOf(prerelease),
    metadata: textOf(metadata),
    original: textOf(original),
  };
}

function structOf(version: Version): GoStruct {
  const number = (value: number | bigint): GoInt => new GoInt(UINT64, BigInt(value));
  const { major, minor, patch, prerelease, metadata, original } = version;
  return new GoStruct(VERSION, [number(major), number(minor), number(patch), prerelease, metadata, original]);
}

const numberOf = (value: GoValue): bigint => (value instanceof GoInt ? value.value : 0n);
const textOf = (value: GoValue): string => (typeof value === 'string' ? value : '');

function versionMethods(): ReadonlyMap<string, GoMethod> {
  const text = (read: (version: Version) => string): GoMethod =>
    define([VERSION], 'string', ([version]) => read(versionOf(version)));
  const number = (read: (version: Version) => number | bigint): GoMethod =>
    define([VERSION], 'uint64', ([version]) => BigInt(read(versionOf(version))));
  const next = (part: 'major' | 'minor' | 'patch'): GoMethod =>
    define([VERSION], 'any', ([version]) => structOf(increment(versionOf(version), part)));
  return new Map<string, GoMethod>([
    ['String', text(formatVersion)],
    ['Value', text(formatVersion)],
    ['Original', { ...text((version) => version.original), onPointer: true }],
    ['Prerelease', text((version) => version.prerelease)],
    ['Metadata', text((version) => version.metadata)],
    ['Major', number((version) => version.major)],
    ['Minor', number((version) => version.minor)],
    ['Patch', number((version) => version.patch)],
    ['IncMajor', next('major')],
    ['IncMinor', next('minor')],
    ['IncPatch', next('patch')],
    [
      'SetPrerelease',
      define([VERSION, 'string'], 'any', ([version, by]) => withSuffix(version, { prerelease: by })),
    ],
    [
      'SetMetadata',
      define([VERSION, 'string'], 'any', ([version, by]) => withSuffix(version, { metadata: by })),
    ],
    ['Compare', comparison((order) => new GoInt(INT, BigInt(order)))],
    [
      'Equal',
      {
        ...define([VERSION, VERSION_POINTER], 'bool', ([left, right]) => isEqual(left, right)),
        onPointer: true,
      },
    ],
    ['LessThan', comparison((order) => order < 0)],
    ['LessThanEqual', comparison((order) => order <= 0)],
    ['GreaterThan', comparison((order) => order > 0)],
    ['GreaterThanEqual', comparison((order) => order >= 0)],
  ]);
}

function comparison(answer: (order: number) => GoValue): GoMethod {
  const method = define([VERSION, VERSION_POINTER], 'any', ([left, right]) =>
    answer(Math.sign(compareVersions(versionOf(left), versionOf(right)))),
  );
  return { ...method, onPointer: true };
}

/** The one comparison that a nil pointer does not break. */
function isEqual(left: GoValue, right: GoValue): boolean {
  return !isNil(right) && compareVersions(versionOf(left), versionOf(right)) === 0;
}

const MAX_SEGMENT = (1n << 64n) - 1n;

function increment(version: Version, part: 'major' | 'minor' | 'patch'): Version {
  const released = { ...version, prerelease: '', metadata: '' };
  // A pre-release comes before its release, so that one is the next patch.
  if (part === 'patch' && version.prerelease !== '') return withOriginal(version, released);
  if (BigInt(version[part]) === MAX_SEGMENT) {
    throw new FunctionError(`${part} version increment would overflow uint64`);
  }
  const lower = { major: { minor: 0, patch: 0 }, minor: { patch: 0 }, patch: {} }[part];
  return withOriginal(version, { ...released, ...lower, [part]: BigInt(version[part]) + 1n });
}

function withSuffix(value: GoValue, change: { prerelease?: string; metadata?: string }): GoStruct {
  const version = versionOf(value);
  const changed = { ...version, ...change };
  const suffix = change.prerelease ?? change.metadata ?? '';
  if (suffix !== '') {
    const [name, sign] =
      change.prerelease === undefined ? (['metadata', '+'] as const) : (['prerelease', '-'] as const);
    if (tryParseVersion(`0.0.0${sign}${suffix}`)?.[name] !== suffix)
      throw new FunctionError(`invalid ${name}`);
  }
  return structOf(withOriginal(version, changed));
}

/** A changed version keeps the `v` of the text that it came from. */
function withOriginal(before: Version, after: Version): Version {
  return { ...after, original: `${before.original.startsWith('v') ? 'v' : ''}${formatVersion(after)}` };
}
