import * as z from 'zod';

import type { FieldPath } from './locate.ts';

/** The schema without `optional`, `default` and transformations around it. */
export function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}

/** The schema of the field at `path`, as it was declared. */
export function schemaAt(schema: unknown, path: FieldPath): unknown {
  let here = schema;
  for (const segment of path) {
    const inner = unwrap(here);
    if (inner instanceof z.ZodObject) here = inner.shape[segment];
    else if (inner instanceof z.ZodArray) here = inner.element;
    else if (inner instanceof z.ZodRecord) here = inner.valueType;
    else return undefined;
  }
  return here;
}

/** The sentence that describes the field, if it has one. */
export function descriptionOf(schema: unknown): string | undefined {
  return schema instanceof z.ZodType ? schema.description : undefined;
}

/** The names of the fields of an object schema. */
export function fieldNames(schema: unknown): string[] {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The paths of all fields with that name, anywhere below `schema`. */
export function pathsOfField(schema: unknown, name: string): string[][] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return pathsOfField(inner.element, name);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([field, fieldSchema]) => [
    ...(field === name ? [[field]] : []),
    ...pathsOfField(fieldSchema, name).map((rest) => [field, ...rest]),
  ]);
}

/** What the schema says of another value for a field. */
export function parseField(schema: unknown, value: unknown): z.ZodSafeParseResult<unknown> | undefined {
  return schema instanceof z.ZodType ? schema.safeParse(value) : undefined;
}
