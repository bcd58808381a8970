import type { FindingCode } from './finding.ts';

/** Which part of an image a marker asks for. `image` is all of it: `name:tag[@digest]`. */
export type MarkerPart = 'image' | 'tag' | 'name' | 'digest';

/** What a marker says: whose selection goes to the value that it marks. */
export interface MarkerTarget {
  readonly namespace: string;
  readonly name: string;
  readonly part: MarkerPart;
  /** `namespace:name` or `namespace:name:part`, as it goes into commit messages. */
  readonly setter: string;
}

/** A comment read as a marker. */
export type MarkerText =
  | { readonly kind: 'marker'; readonly target: MarkerTarget }
  /** Meant as a marker, by the look of it, but it is none. */
  | { readonly kind: 'misspelt'; readonly code: FindingCode; readonly message: string }
  | { readonly kind: 'other' };

const KEY = '$imagepolicy';
const LEGACY_PREFIX = '#/definitions/io.k8s.cli.setters.';
const EXAMPLE = '{"$imagepolicy": "namespace:name"}';

/** Looks like the key of a marker: `$imagepolicy` or `imagepolicy` in quotes, in any case, with a colon behind it. */
const RESEMBLES_MARKER = /[$"'‘’“”]imagepolicy["'‘’“”]?\s*[:=]/i;

/**
 * Reads a comment, with or without its leading `#`s, as a marker.
 *
 * A marker is one JSON object and nothing else. All its values are texts (null passes as an empty one), and `$imagepolicy` names the policy.
 * The form of older tools, `{"$ref": "#/definitions/io.k8s.cli.setters.namespace:name"}`, is read too.
 */
export function readMarkerText(comment: string): MarkerText {
  const text = comment.replace(/^#+/, '');
  const fields = parseObject(text);
  if (!fields) return RESEMBLES_MARKER.test(text) ? explainNotJson(text) : { kind: 'other' };
  const values = Object.values(fields);
  const textsOnly = values.every((value) => typeof value === 'string' || value === null);
  const policy = fields[KEY];
  if (textsOnly && typeof policy === 'string' && policy !== '') return readTarget(policy);
  const legacy = fields.$ref;
  if (typeof legacy === 'string' && legacy.startsWith(LEGACY_PREFIX))
    return readTarget(legacy.slice(LEGACY_PREFIX.length));
  return explainFields(fields);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  // Most comments are prose, and a failed parse is slow.
  if (!/^[ \t\r\n]*\{/.test(text)) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? Object.fromEntries(Object.entries(parsed)) : undefined;
  } catch {
    return undefined;
  }
}

/** The policy's text is part of a URL in Flux, so percent escapes count there, and here. */
function readTarget(written: string): MarkerText {
  const setter = unescapePercent(written);
  const [namespace = '', name, suffix, ...more] = setter.split(':');
  if (/\s/.test(setter))
    return misspelt('marker-spaces', `Take the spaces out of "${written}": they are part of the name.`);
  if (setter.includes('/'))
    return misspelt(
      'marker-slash',
      `Write ${setter.replace('/', ':')} instead of ${written}: a colon stands between namespace and name.`,
    );
  if (name === undefined)
    return misspelt('marker-namespace', `Write the policy's namespace too, as in "namespace:${written}".`);
  if (namespace === '' || name === '')
    return misspelt(
      'marker-namespace',
      `Write both namespace and name, as in ${EXAMPLE}; "${written}" lacks one.`,
    );
  const part = more.length > 0 ? undefined : readPart(suffix);
  if (part) return { kind: 'marker', target: { namespace, name, part, setter } };
  const rest = [suffix, ...more].join(':');
  return misspelt(
    'marker-suffix',
    `Write tag, name or digest behind the policy, or nothing for the whole image; "${rest}" is none of these.`,
  );
}

function readPart(suffix: string | undefined): MarkerPart | undefined {
  if (suffix === undefined) return 'image';
  return suffix === 'tag' || suffix === 'name' || suffix === 'digest' ? suffix : undefined;
}

function unescapePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Why an object is no marker, if it was meant as one. */
function explainFields(fields: Readonly<Record<string, unknown>>): MarkerText {
  const keys = Object.keys(fields);
  if (fields[KEY] === '' || fields[KEY] === null)
    return misspelt('marker-empty', `Name a policy, as in ${EXAMPLE}; this marker names none.`);
  if (typeof fields[KEY] === 'string')
    return misspelt('marker-values', 'Put all values of the marker in quotes: it may hold texts only.');
  if (KEY in fields) return misspelt('marker-values', `Put the policy in quotes, as in ${EXAMPLE}.`);
  const similar = keys.find((key) => /^\s*\$?imagepolicy\s*$/i.test(key));
  return similar === undefined
    ? { kind: 'other' }
    : misspelt('marker-key', `Write "$imagepolicy" instead of "${similar}".`);
}

/** Why a comment that mentions the key is not one JSON object. */
function explainNotJson(text: string): MarkerText {
  const inner = /\{[^{}]*\}/.exec(text)?.[0];
  if (inner !== undefined && inner !== text.trim() && parseObject(inner)) {
    return misspelt(
      'marker-surrounded',
      'Put the marker alone into the comment: with other text before or behind it, it is not read.',
    );
  }
  if (/['‘’“”]/.test(text)) return misspelt('marker-quotes', `Use straight double quotes, as in ${EXAMPLE}.`);
  return misspelt('marker-json', `Write the marker as one JSON object, as in ${EXAMPLE}.`);
}

function misspelt(code: FindingCode, message: string): MarkerText {
  return { kind: 'misspelt', code, message };
}
