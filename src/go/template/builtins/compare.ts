import { compareBytes } from '../byte-string.ts';
import { define } from '../define.ts';
import type { FunctionTable } from '../define.ts';
import { isNil, isSigned, isUnsigned, kindOf, sameType, typeOf } from '../go-type.ts';
import { GoFloat, GoInt, GoPointer, GoStruct } from '../go-value.ts';
import type { GoValue } from '../go-value.ts';
import { FunctionError } from '../run.ts';

/** Go's comparison functions. */
export const compareBuiltins: FunctionTable = {
  eq: define(['value', '...value'], 'bool', ([first, ...others]) => {
    if (others.length === 0) throw new FunctionError('missing argument for comparison');
    return others.some((other) => equal(first, other));
  }),
  ne: define(['value', 'value'], 'bool', ([left, right]) => !equal(left, right)),
  lt: define(['value', 'value'], 'bool', ([left, right]) => less(left, right)),
  le: define(['value', 'value'], 'bool', ([left, right]) => lessOrEqual(left, right)),
  gt: define(['value', 'value'], 'bool', ([left, right]) => !lessOrEqual(left, right)),
  ge: define(['value', 'value'], 'bool', ([left, right]) => !less(left, right)),
};

/** What a value can be compared as; integers of all kinds go together. */
type BasicKind = 'bool' | 'integer' | 'float64' | 'string' | 'other';

function basicKind(value: GoValue): BasicKind {
  const kind = kindOf(value);
  if (isSigned(kind) || isUnsigned(kind)) return 'integer';
  return kind === 'bool' || kind === 'float64' || kind === 'string' ? kind : 'other';
}

function equal(left: GoValue, right: GoValue): boolean {
  const leftIsThere = left !== undefined && left !== null;
  const rightIsThere = right !== undefined && right !== null;
  const kind = basicKind(left);
  if (kind !== basicKind(right)) {
    if (leftIsThere && rightIsThere) throw incompatible(left, right);
    return false;
  }
  if (left instanceof GoInt && right instanceof GoInt) return left.value === right.value;
  if (left instanceof GoFloat && right instanceof GoFloat) return left.value === right.value;
  if (kind !== 'other') return left === right;
  if (leftIsThere && rightIsThere && kindOf(left) !== kindOf(right)) {
    throw new FunctionError(`non-comparable types ${typeOf(left).name} and ${typeOf(right).name}`);
  }
  if (isNil(left) || isNil(right)) return isNil(left) === isNil(right);
  return identical(left, right);
}

/** Go's `==` of two values with content: structs field by field, pointers by what they point to. */
function identical(left: GoValue, right: GoValue): boolean {
  if (left instanceof GoPointer && right instanceof GoPointer) return left.target === right.target;
  if (!(left instanceof GoStruct && right instanceof GoStruct)) {
    throw new FunctionError(`non-comparable type ${typeOf(right).name}`);
  }
  requireComparable(right);
  if (!sameType(left.type, right.type)) return false;
  return left.values.every((value, index) => {
    const other = right.values[index];
    return value instanceof GoStruct || value instanceof GoPointer
      ? identical(value, other)
      : same(value, other);
  });
}

function requireComparable(struct: GoStruct): void {
  const bad = struct.values.find((value) => ['map', 'slice'].includes(kindOf(value)));
  if (bad !== undefined) throw new FunctionError(`non-comparable type ${struct.type.name}`);
}

function same(left: GoValue, right: GoValue): boolean {
  if (left instanceof GoInt && right instanceof GoInt) return left.value === right.value;
  return left instanceof GoFloat && right instanceof GoFloat ? left.value === right.value : left === right;
}

function less(left: GoValue, right: GoValue): boolean {
  const kind = basicKind(left);
  if (kind === 'other' || basicKind(right) === 'other')
    throw new FunctionError('invalid type for comparison');
  if (kind !== basicKind(right)) throw incompatible(left, right);
  if (left instanceof GoInt && right instanceof GoInt) return left.value < right.value;
  if (left instanceof GoFloat && right instanceof GoFloat) return left.value < right.value;
  if (typeof left === 'string' && typeof right === 'string') return compareBytes(left, right) < 0;
  throw new FunctionError('invalid type for comparison');
}

function lessOrEqual(left: GoValue, right: GoValue): boolean {
  return less(left, right) || equal(left, right);
}

function incompatible(left: GoValue, right: GoValue): FunctionError {
  return new FunctionError(
    `incompatible types for comparison: ${typeOf(left).name} and ${typeOf(right).name}`,
  );
}
