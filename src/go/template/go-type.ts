import { GoFloat, GoInt, GoMap, GoPointer, GoSlice, GoStruct } from './go-value.ts';
import type { GoType, GoValue, Kind, SignedKind, UnsignedKind } from './go-value.ts';

const basic = (kind: Kind): GoType => ({ name: kind, kind });

export const BOOL = basic('bool');
export const STRING = basic('string');
export const INT = basic('int');
export const INT64 = basic('int64');
export const UINT8 = basic('uint8');
export const UINT32 = basic('uint32');
export const UINT64 = basic('uint64');
export const FLOAT64 = basic('float64');

/** `interface{}`: any value. */
export const ANY: GoType = { name: 'interface {}', kind: 'interface' };

/** For parameters only: the value as it is, also when there is none. */
export const REFLECT_VALUE: GoType = { name: 'reflect.Value', kind: 'struct', fields: [] };

export const ANY_SLICE = sliceOf(ANY);
export const STRINGS = sliceOf(STRING);
export const INTS = sliceOf(INT);
/** `map[string]interface{}`: what sprig calls a dict. */
export const DICT = mapOf(STRING, ANY);
export const STRING_MAP = mapOf(STRING, STRING);

export function sliceOf(elem: GoType): GoType {
  return { name: `[]${elem.name}`, kind: 'slice', elem };
}

export function mapOf(key: GoType, elem: GoType): GoType {
  return { name: `map[${key.name}]${elem.name}`, kind: 'map', key, elem };
}

export function pointerTo(elem: GoType): GoType {
  return { name: `*${elem.name}`, kind: 'ptr', elem };
}

export function sameType(left: GoType, right: GoType): boolean {
  return left === right || left.name === right.name;
}

/** True when a value of the one type can be given where the other is wanted. */
export function isAssignable(type: GoType, wanted: GoType): boolean {
  return wanted === ANY || sameType(type, wanted);
}

/** True when nil can be given where the type is wanted. */
export function canBeNil(type: GoType): boolean {
  return type === REFLECT_VALUE || ['interface', 'map', 'ptr', 'slice'].includes(type.kind);
}

/** The type of a value, `interface {}` for nil; only asked of values that are there. */
export function typeOf(value: GoValue): GoType {
  if (value === undefined || value === null) return ANY;
  if (typeof value === 'boolean') return BOOL;
  return typeof value === 'string' ? STRING : value.type;
}

/** The kind of a value as `reflect.Kind` prints it; nil is `invalid`. */
export function kindOf(value: GoValue): Kind | 'invalid' {
  return value === undefined || value === null ? 'invalid' : typeOf(value).kind;
}

/** True for no value, nil, and a nil map, slice or pointer. */
export function isNil(value: GoValue): boolean {
  if (value === undefined || value === null) return true;
  if (value instanceof GoMap || value instanceof GoSlice) return value.isNil;
  return value instanceof GoPointer && value.target === null;
}

/** Whether a value counts as true: it is there, and neither zero nor empty. */
export function isTrue(value: GoValue): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '';
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoFloat) return value.value !== 0;
  if (value instanceof GoSlice) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  return value instanceof GoStruct || value.target !== null;
}

/** What a variable of the type holds before anything is assigned to it. */
export function zeroOf(type: GoType): GoValue {
  switch (type.kind) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'interface':
      return null;
    case 'slice':
      return new GoSlice(type, null);
    case 'map':
      return new GoMap(type, null);
    case 'ptr':
      return new GoPointer(type, null);
    case 'float64':
      return new GoFloat(type, 0);
    case 'struct':
      return new GoStruct(
        type,
        (type.fields ?? []).map((field) => zeroOf(field.type)),
      );
    default:
      return new GoInt(type, 0n);
  }
}

const SIGNED: ReadonlyMap<Kind, number> = new Map<SignedKind, number>([
  ['int', 64],
  ['int8', 8],
  ['int16', 16],
  ['int32', 32],
  ['int64', 64],
]);
const UNSIGNED: ReadonlyMap<Kind, number> = new Map<UnsignedKind, number>([
  ['uint', 64],
  ['uint8', 8],
  ['uint16', 16],
  ['uint32', 32],
  ['uint64', 64],
]);

export function isSigned(kind: Kind | 'invalid'): boolean {
  return kind !== 'invalid' && SIGNED.has(kind);
}

export function isUnsigned(kind: Kind | 'invalid'): boolean {
  return kind !== 'invalid' && UNSIGNED.has(kind);
}

/** An integer of a type, cut to its size as Go's arithmetic does. */
export function wrapInt(type: GoType, value: bigint): GoInt {
  const signed = SIGNED.get(type.kind);
  if (signed !== undefined) return new GoInt(type, BigInt.asIntN(signed, value));
  return new GoInt(type, BigInt.asUintN(UNSIGNED.get(type.kind) ?? 64, value));
}
