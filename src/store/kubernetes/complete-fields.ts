import * as z from 'zod';

type Complete = (value: unknown) => unknown;

/**
 * Compiles a schema into a function that fills in what an object from a server may lack: defaults that its definition there does not
 * have, and, as Go would read it, the empty value of a required field that was left out. Nothing is refused and nothing removed:
 * the server has checked the object against its own definition, which may be newer than ours.
 *
 * The function may change what it is given.
 */
export function compileCompletion(schema: z.ZodType | undefined): Complete {
  if (schema === undefined) return (value) => value;
  return compile(schema);
}

function compile(schema: unknown): Complete {
  if (schema instanceof z.ZodOptional) {
    const inner = compile(schema.unwrap());
    return (value) => (value === undefined || value === null ? undefined : inner(value));
  }
  if (schema instanceof z.ZodDefault) {
    const inner = compile(schema.unwrap());
    return (value) => inner(value ?? structuredClone(schema.def.defaultValue));
  }
  if (schema instanceof z.ZodPipe) return compile(schema.in);
  if (schema instanceof z.ZodObject) return compileObject(schema.shape);
  if (schema instanceof z.ZodArray) return compileArray(compile(schema.element));
  if (schema instanceof z.ZodRecord) return (value) => (isRecord(value) ? value : {});
  return scalar(emptyValue(schema));
}

function compileObject(shape: Readonly<Record<string, unknown>>): Complete {
  const fields = Object.entries(shape).map(([name, field]) => [name, compile(field)] as const);
  return (value) => {
    const object = isRecord(value) ? value : {};
    for (const [name, complete] of fields) {
      const completed = complete(object[name]);
      if (completed !== undefined) object[name] = completed;
      else if (name in object) delete object[name];
    }
    return object;
  };
}

function compileArray(element: Complete): Complete {
  return (value) => (Array.isArray(value) ? value.map(element) : []);
}

function scalar(empty: unknown): Complete {
  return (value) => (value === undefined || value === null ? empty : value);
}

function emptyValue(schema: unknown): unknown {
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodNumber) return 0;
  if (schema instanceof z.ZodBoolean) return false;
  return schema instanceof z.ZodUnknown ? undefined : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
