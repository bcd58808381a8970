import type * as z from 'zod';

import { nearestWord } from '../model/nearest-word.ts';
import type { FieldPath } from './locate.ts';
import { descriptionOf, fieldNames, parseField, pathsOfField, schemaAt } from './schema-walk.ts';

/** One thing that is wrong with one field. */
export interface FieldIssue {
  readonly path: FieldPath;
  /** Whether to point at the field's key or at its value. */
  readonly at: 'key' | 'value';
  /** A whole sentence that names the field. */
  readonly message: string;
}

export interface IssueContext {
  readonly schema: unknown;
  /** The value that was checked. */
  readonly value: unknown;
  /** How the scalar at a path is spelled in the file; absent when values must not be shown. */
  readonly spelling?: (path: FieldPath) => string | undefined;
}

/** Whoever has more of them in one place is reading the wrong file. */
const maxUnknownFields = 20;

/** `spec.policy.semver.range`, `spec.exclusionList[3]`, `metadata.labels["a.b/c"]`. */
export function formatPath(path: FieldPath): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(segment)) return `["${segment}"]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join('');
}

/** What the schema library has found, in words for people. */
export function describeIssue(issue: z.core.$ZodIssue, context: IssueContext): FieldIssue[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxUnknownFields).map((key) => unknownField([...path, key], context));
  }
  const field = formatPath(path);
  if (issue.code === 'invalid_key') {
    return [
      { path, at: 'key', message: `${field}: the key ${issue.issues[0]?.message ?? 'is not allowed'}` },
    ];
  }
  if (valueAt(context.value, path) === undefined) return [missingField(path, context)];
  return [{ path, at: 'value', message: `${field} ${complaint(issue, path, context)}` }];
}

function complaint(issue: z.core.$ZodIssue, path: FieldPath, context: IssueContext): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, path, context);
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const got = valueAt(context.value, path);
      const meant = typeof got === 'string' && allowed.length > 1 ? nearestWord(got, allowed) : undefined;
      const hint = meant === undefined ? '' : `, did you mean ${meant}?`;
      return `must be ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}${gotText(path, context)}${hint}`;
    }
    case 'too_big':
      return issue.origin === 'array'
        ? `must have at most ${issue.maximum} entries`
        : `must be at most ${issue.maximum} characters long`;
    case 'custom':
    case 'invalid_format':
      return `${issue.message}${gotText(path, context)}`;
    default:
      return `is not valid: ${issue.message}`;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping with fields below it',
  record: 'a mapping from names to values',
};

function wrongType(expected: string, path: FieldPath, context: IssueContext): string {
  const value = valueAt(context.value, path);
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  const spelled = context.spelling?.(path);
  const wanted = `must be ${typeWords[expected] ?? expected}, not ${kindOfValue(value)}`;
  if (expected === 'string' && scalar && spelled !== undefined) {
    const quoted = parseField(schemaAt(context.schema, path), spelled);
    const advice = quoted?.success === false ? quoted.error.issues[0]?.message : undefined;
    return advice === undefined ? `${wanted}: put it in quotes, "${spelled}"` : `${advice}, got "${spelled}"`;
  }
  if (expected === 'array' && !Array.isArray(value)) return `${wanted}: begin each entry with "- "`;
  return `${wanted}${gotText(path, context)}`;
}

function kindOfValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}

/** `, got "5x"`: only short plain words, since a longer text may be an address with a password in it. */
function gotText(path: FieldPath, context: IssueContext): string {
  const spelled = context.spelling?.(path);
  return spelled !== undefined && /^[\w.+-]{1,40}$/.test(spelled) ? `, got "${spelled}"` : '';
}

function missingField(path: FieldPath, context: IssueContext): FieldIssue {
  const description = descriptionOf(schemaAt(context.schema, path));
  const field = formatPath(path);
  return {
    path,
    at: 'key',
    message: description === undefined ? `${field} is missing` : `${field} is missing. ${description}`,
  };
}

function unknownField(path: FieldPath, context: IssueContext): FieldIssue {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const field = formatPath(path);
  const siblings = fieldNames(schemaAt(context.schema, parent));
  return { path, at: 'key', message: `unknown field "${field}"${hint()}` };

  function hint(): string {
    const near = nearestWord(name, siblings);
    if (near !== undefined) return `, did you mean "${formatPath([...parent, near])}"?`;
    const elsewhere = pathsOfField(context.schema, name).map((found) => `"${formatPath(found)}"`);
    if (elsewhere.length > 0 && elsewhere.length <= 3) return `, did you mean ${elsewhere.join(' or ')}?`;
    return siblings.length === 0 ? '' : `; known here: ${siblings.join(', ')}`;
  }
}

function valueAt(value: unknown, path: FieldPath): unknown {
  let here = value;
  for (const segment of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, segment)) return undefined;
    here = Object.getOwnPropertyDescriptor(here, segment)?.value;
  }
  return here;
}
