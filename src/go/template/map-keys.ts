import { compareBytes } from './byte-string.ts';
import { GoFloat, GoInt, GoMap, GoStruct } from './go-value.ts';
import type { GoMapEntry, GoType, GoValue } from './go-value.ts';

/** What a map finds an entry by: equal for equal keys of one type. */
export function keyIdentity(key: GoValue): string {
  if (typeof key === 'string') return key;
  if (key instanceof GoInt) return String(key.value);
  if (key instanceof GoStruct) {
    let identity = '';
    for (const value of key.values) {
      const part = keyIdentity(value);
      identity += `${part.length}:${part}`;
    }
    return identity;
  }
  throw new TypeError('values of this type are no map keys');
}

/** Makes a map of keys and values. A later entry takes the place of an earlier one. */
export function makeMap(type: GoType, entries: Iterable<readonly [GoValue, GoValue]>): GoMap {
  const map = new Map<string, GoMapEntry>();
  for (const [key, value] of entries) map.set(keyIdentity(key), { key, value });
  return new GoMap(type, map);
}

/** The entries in the order in which Go prints and ranges over them, as they are now. */
export function sortedEntries(map: GoMap): readonly GoMapEntry[] {
  return [...map.entries.values()].sort((left, right) => compareKeys(left.key, right.key));
}

/** Strings by bytes, numbers by size, structs field by field. */
function compareKeys(left: GoValue, right: GoValue): number {
  if (typeof left === 'string' && typeof right === 'string') return compareBytes(left, right);
  if (left instanceof GoStruct && right instanceof GoStruct) {
    for (const [index, value] of left.values.entries()) {
      const order = compareKeys(value, right.values[index]);
      if (order !== 0) return order;
    }
    return 0;
  }
  return compareNumbers(left, right);
}

function compareNumbers(left: GoValue, right: GoValue): number {
  if (!(left instanceof GoInt || left instanceof GoFloat)) return 0;
  if (!(right instanceof GoInt || right instanceof GoFloat) || left.value === right.value) return 0;
  return left.value < right.value ? -1 : 1;
}
