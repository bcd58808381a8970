import { GoStruct } from './go-value.ts';
import type { GoMethod, GoType, GoValue } from './go-value.ts';

/** What a name stands for in a type: a method or a field, its own or one of the structs embedded in it. */
export interface Member {
  readonly method: GoMethod | undefined;
  /** Which field to take, and which field of that one, and so on, to get to the field, or to the method's receiver. */
  readonly path: readonly number[];
}

/** Finds members, and remembers them: templates ask for the same few again and again. */
export class MemberFinder {
  readonly #known = new Map<GoType, Map<string, Member | undefined>>();

  find(type: GoType, name: string): Member | undefined {
    let members = this.#known.get(type);
    if (members === undefined) {
      members = new Map();
      this.#known.set(type, members);
    }
    if (!members.has(name)) members.set(name, search(type, name));
    return members.get(name);
  }
}

/** The value at a path. */
export function valueAt(value: GoValue, path: readonly number[]): GoValue {
  let current = value;
  for (const index of path) current = current instanceof GoStruct ? current.values[index] : undefined;
  return current;
}

/** The type's own members come before those of embedded structs. */
function search(type: GoType, name: string): Member | undefined {
  const method = type.methods?.().get(name);
  if (method !== undefined) return { method, path: [] };
  const fields = type.fields ?? [];
  const own = fields.findIndex((field) => field.name === name);
  if (own >= 0) return { method: undefined, path: [own] };
  for (const [index, field] of fields.entries()) {
    const inner = field.embedded === true ? search(field.type, name) : undefined;
    if (inner !== undefined) return { method: inner.method, path: [index, ...inner.path] };
  }
  return undefined;
}
