import { byteLength, toBytes } from '../byte-string.ts';
import { define } from '../define.ts';
import type { FunctionTable } from '../define.ts';
import { ANY, isSigned, isTrue, isUnsigned, kindOf, sameType, typeOf, UINT8, zeroOf } from '../go-type.ts';
import { GoInt, GoMap, GoPointer, GoSlice } from '../go-value.ts';
import type { GoFunction, GoValue } from '../go-value.ts';
import { keyIdentity } from '../map-keys.ts';
import { FunctionError } from '../run.ts';

/** Go's functions that look into values, and its logic. `slice` is missing: sprig has one of its own. */
export const accessBuiltins: FunctionTable = {
  and: shortCircuit(false),
  or: shortCircuit(true),
  not: define(['value'], 'bool', ([value]) => !isTrue(value)),
  len: define(['value'], 'int', ([value]) => lengthOf(value)),
  index: define(['value', '...value'], 'any', ([item, ...indexes]) => indexInto(item, indexes)),
  call: define(['value', '...value'], 'any', ([callee]) => {
    if (callee === undefined || callee === null) throw new FunctionError('call of nil');
    throw new FunctionError(`non-function of type ${typeOf(callee).name}`);
  }),
};

/** The arguments of `and` and `or` are evaluated one by one, so the engine does what they do. */
function shortCircuit(stopsAt: boolean): GoFunction {
  return { ...define(['value', '...value'], 'any', ([value]) => value), stopsAt };
}

function lengthOf(value: GoValue): number {
  if (typeof value === 'string') return byteLength(value);
  if (value instanceof GoSlice) return value.items.length;
  if (value instanceof GoMap) return value.entries.size;
  if (value === undefined || value === null) throw new FunctionError('len of nil');
  throw new FunctionError(`len of type ${typeOf(value).name}`);
}

function indexInto(item: GoValue, indexes: readonly GoValue[]): GoValue {
  if (item === undefined || item === null) throw new FunctionError('index of untyped nil');
  let current: GoValue = item;
  for (const index of indexes) current = element(current, index);
  return current;
}

function element(given: GoValue, index: GoValue): GoValue {
  const item = given instanceof GoPointer ? (given.target ?? null) : given;
  if (item === undefined || item === null) throw new FunctionError('index of nil pointer');
  if (item instanceof GoSlice) return item.items[position(index, item.items.length)];
  if (item instanceof GoMap) return entry(item, index);
  if (typeof item !== 'string') throw new FunctionError(`can't index item of type ${typeOf(item).name}`);
  const bytes = toBytes(item);
  return new GoInt(UINT8, BigInt(bytes[position(index, bytes.length)] ?? 0));
}

function position(index: GoValue, length: number): number {
  if (index === undefined || index === null) throw new FunctionError('cannot index slice/array with nil');
  const kind = kindOf(index);
  if (!(index instanceof GoInt) || !(isSigned(kind) || isUnsigned(kind))) {
    throw new FunctionError(`cannot index slice/array with type ${typeOf(index).name}`);
  }
  if (index.value < 0n || index.value >= BigInt(length)) {
    throw new FunctionError(`index out of range: ${index.value}`);
  }
  return Number(index.value);
}

/** The entry of a map, the zero of its type when there is none. */
function entry(map: GoMap, key: GoValue): GoValue {
  const wanted = map.type.key ?? ANY;
  if (key === undefined || key === null) {
    throw new FunctionError(`value is nil; should be of type ${wanted.name}`);
  }
  if (!sameType(typeOf(key), wanted)) {
    throw new FunctionError(`value has type ${typeOf(key).name}; should be ${wanted.name}`);
  }
  const found = map.entries.get(keyIdentity(key));
  return found === undefined ? zeroOf(map.type.elem ?? ANY) : found.value;
}
