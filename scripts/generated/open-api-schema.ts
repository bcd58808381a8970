import * as z from 'zod';

/** One node of a structural OpenAPI v3 schema, as a CustomResourceDefinition has it. */
export type OpenApiSchema = Readonly<Record<string, unknown>>;

/** What of a JSON schema says the same in a CustomResourceDefinition. */
const sameKeys = [
  'type',
  'description',
  'enum',
  'pattern',
  'format',
  'minLength',
  'maxLength',
  'maxItems',
  'default',
];

/** The schema that the API server checks objects by. Unknown fields are left to its own rules: it prunes or refuses them. */
export function openApiSchema(schema: z.ZodType): OpenApiSchema {
  return convert(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }));
}

function convert(node: unknown): OpenApiSchema {
  if (!isRecord(node)) throw new TypeError('a schema must be an object');
  const out: Record<string, unknown> = {};
  for (const key of sameKeys) if (node[key] !== undefined) out[key] = node[key];
  if (node['type'] === 'integer') Object.assign(out, integerBounds(node));
  // The format says it, and more shortly than the pattern.
  if (node['format'] === 'date-time') delete out['pattern'];
  if (node['items'] !== undefined) out['items'] = convert(node['items']);
  if (isRecord(node['additionalProperties']))
    out['additionalProperties'] = convert(node['additionalProperties']);
  if (isRecord(node['properties'])) Object.assign(out, convertFields(node['properties'], node['required']));
  return out;
}

function convertFields(properties: Readonly<Record<string, unknown>>, required: unknown): OpenApiSchema {
  const names = Array.isArray(required) ? required.map(String) : [];
  const kept = names.filter((name) => !isOptionalInCluster(properties[name])).toSorted();
  const fields = Object.entries(properties).map(([name, field]) => [name, convert(field)] as const);
  return { properties: Object.fromEntries(fields), ...(kept.length === 0 ? {} : { required: kept }) };
}

/** A definition may say that clusters hold objects without a field that we always have. */
function isOptionalInCluster(field: unknown): boolean {
  return isRecord(field) && field['optionalInCluster'] === true;
}

/** The bounds of a safe integer are JavaScript's business. */
function integerBounds({ minimum, maximum }: Readonly<Record<string, unknown>>): OpenApiSchema {
  const isBound = (value: unknown): boolean =>
    typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  return {
    format: 'int64',
    ...(isBound(minimum) ? { minimum } : {}),
    ...(isBound(maximum) ? { maximum } : {}),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
