import { define } from '../template/define.ts';
import { sameType, zeroOf } from '../template/go-type.ts';
import { GoMap, GoPointer, GoSlice, GoStruct } from '../template/go-value.ts';
import type { CallContext, GoFunction, GoMapEntry, GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { TIME } from './time-type.ts';

/** A copy down to the bottom: what is changed in the one does not show in the other. */
export const deepCopy: GoFunction = define(['any'], 'any', ([value], context) => {
  if (value === null) throw new FunctionError('nil cannot be copied');
  return copyOf(value, context, 0);
});

function copyOf(value: GoValue, context: CallContext, depth: number): GoValue {
  context.budget.spend(1);
  context.budget.nest(depth);
  const copy = (inner: GoValue): GoValue => copyOf(inner, context, depth + 1);
  if (value instanceof GoSlice) return new GoSlice(value.type, value.isNil ? null : value.items.map(copy));
  if (value instanceof GoStruct) return copyStruct(value, copy);
  if (value instanceof GoPointer && value.target !== null) {
    return new GoPointer(value.type, copyStruct(value.target, copy));
  }
  if (!(value instanceof GoMap) || value.isNil) return value;
  const entries = [...value.entries].map(([identity, entry]): [string, GoMapEntry] => [
    identity,
    { key: entry.key, value: copy(entry.value) },
  ]);
  return new GoMap(value.type, new Map(entries));
}

/** The library that sprig uses cannot reach fields that are not exported: but for times, they come out as zero. */
function copyStruct(struct: GoStruct, copy: (value: GoValue) => GoValue): GoStruct {
  if (sameType(struct.type, TIME)) return struct;
  const fields = struct.type.fields ?? [];
  return new GoStruct(
    struct.type,
    struct.values.map((value, index) => {
      const field = fields[index];
      return field === undefined || /^[A-Z]/.test(field.name) ? copy(value) : zeroOf(field.type);
    }),
  );
}
