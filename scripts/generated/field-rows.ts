import * as z from 'zod';

/** One row of a table of fields. */
export interface FieldRow {
  /** Dotted, with `[]` after a list and `.*` for a map: `accessFrom.namespaceSelectors[].matchLabels.*`. */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly defaultValue: string | undefined;
  readonly meaning: string;
}

/** Every field below an object schema, parents before their fields. */
export function fieldRows(schema: z.ZodType, prefix = ''): readonly FieldRow[] {
  const { inner } = peel(schema);
  if (inner instanceof z.ZodArray) return below(inner.element, `${prefix}[]`);
  if (inner instanceof z.ZodRecord) return below(inner.valueType, `${prefix}.*`);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries<unknown>(inner.shape).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return field instanceof z.ZodType ? [rowOf(field, path), ...fieldRows(field, path)] : [];
  });
}

function below(schema: unknown, path: string): readonly FieldRow[] {
  return schema instanceof z.ZodType ? fieldRows(schema, path) : [];
}

function rowOf(field: z.ZodType, path: string): FieldRow {
  const { inner, isOptional, defaultValue } = peel(field);
  return {
    path,
    type: typeName(inner),
    isRequired: !isOptional && defaultValue === undefined,
    defaultValue: defaultText(defaultValue),
    meaning: field.description ?? inner.description ?? '',
  };
}

/** Defaults of objects are not shown: those of their fields are. */
function defaultText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined || (typeof value === 'object' && !Array.isArray(value))
    ? undefined
    : JSON.stringify(value);
}

interface Peeled {
  readonly inner: z.ZodType;
  readonly isOptional: boolean;
  readonly defaultValue: unknown;
}

/** The schema inside `optional`, `default` and transformations, and what these said. */
function peel(schema: z.ZodType): Peeled {
  if (schema instanceof z.ZodOptional) return { ...peelUnknown(schema.unwrap()), isOptional: true };
  if (schema instanceof z.ZodDefault)
    return { ...peelUnknown(schema.unwrap()), defaultValue: schema.def.defaultValue };
  if (schema instanceof z.ZodPipe) return peelUnknown(schema.in);
  return { inner: schema, isOptional: false, defaultValue: undefined };
}

function peelUnknown(schema: unknown): Peeled {
  return peel(schema instanceof z.ZodType ? schema : z.unknown());
}

function typeName(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(', ');
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodRecord) return 'map';
  if (schema instanceof z.ZodObject) return 'object';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  return schema instanceof z.ZodISODateTime ? 'time' : 'string';
}
