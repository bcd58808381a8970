import * as z from 'zod';

import { apiVersionOf, type Rule } from './define-kind.ts';
import { describeIssue, type FieldIssue, type IssueContext } from './field-issue.ts';
import { kindDefinitions, type KindName, type Kinds } from './kinds.ts';
import { type WrittenMetadata, writtenMetadata } from './metadata.ts';
import type { ObjectMeta } from './object.ts';
import { unwrap } from './schema-walk.ts';

export interface CheckOptions {
  /** For objects that do not say. */
  readonly defaultNamespace: string;
  /** How a scalar is spelled in the file. */
  readonly spelling?: IssueContext['spelling'];
}

export type Checked<T> =
  | { readonly object: T; readonly issues?: undefined }
  | { readonly object?: undefined; readonly issues: readonly FieldIssue[] };

/**
 * Checks one object as it is written, against the definition of its kind: unknown fields, types, rules.
 *
 * Returns the object with defaults filled in, or everything that is wrong with it. Status and what only a server
 * sets (uid, resourceVersion, ...) are dropped. Null counts as absent, as it does for the API server.
 */
export function checkObject<K extends KindName>(
  kind: K,
  raw: unknown,
  options: CheckOptions,
): Checked<Kinds[K]> {
  const definition = kindDefinitions[kind];
  const value = withoutNulls(raw);
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = isRecord(value) ? value : {};
  const head = writtenMetadata.safeParse(metadata);
  const fields = definition.fields.safeParse(rest);
  if (!head.success || !fields.success) {
    const issues = [...(head.error?.issues ?? []).map(below('metadata')), ...(fields.error?.issues ?? [])];
    const context = issueContext(kind, value, options);
    return { issues: issues.flatMap((issue) => describeIssue(issue, context)) };
  }
  const broken = brokenRules(definition.rules, fields.data);
  if (broken.length > 0) return { issues: broken };

  const object = {
    apiVersion: apiVersionOf(definition),
    kind,
    metadata: objectMeta(head.data, definition.namespaced ? options.defaultNamespace : ''),
    ...fields.data,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of the kind has just vouched for the shape
  return { object: object as unknown as Kinds[K] };
}

function issueContext(kind: KindName, value: unknown, options: CheckOptions): IssueContext {
  const fields = unwrap(kindDefinitions[kind].fields);
  const schema = z.strictObject({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: writtenMetadata.describe('It holds at least the name of the object.'),
    ...(fields instanceof z.ZodObject ? fields.shape : {}),
  });
  // Nothing that stands in a Secret is ever shown.
  const spelling = kind === 'Secret' ? undefined : options.spelling;
  return { schema, value, ...(spelling && { spelling }) };
}

function below(name: string): (issue: z.core.$ZodIssue) => z.core.$ZodIssue {
  return (issue) => ({ ...issue, path: [name, ...issue.path] });
}

function brokenRules(rules: readonly Rule<unknown>[], fields: object): FieldIssue[] {
  const spec = 'spec' in fields ? fields.spec : undefined;
  return rules
    .filter((rule) => !rule.check(spec))
    .map((rule) => ({ path: rule.path, at: 'key', message: rule.message }));
}

function objectMeta(written: WrittenMetadata, namespace: string): ObjectMeta {
  const { name, labels, annotations } = written;
  return {
    name,
    namespace: namespace === '' ? '' : (written.namespace ?? namespace),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null && field !== undefined)
      .map(([key, field]) => [key, withoutNulls(field)]),
  );
}
