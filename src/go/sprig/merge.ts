import type { Budget } from '../template/budget.ts';
import { ANY, isAssignable, isTrue, sameType, typeOf } from '../template/go-type.ts';
import { GoMap, GoPointer, GoSlice, GoStruct } from '../template/go-value.ts';
import type { GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';

interface MergeOptions {
  readonly overwrites: boolean;
  readonly budget: Budget;
}

/** Puts the entries of one dict into another, and dicts in them likewise; by the rules of the library mergo. */
export function mergeInto(target: GoMap, source: GoMap, options: MergeOptions): void {
  mergeAt(target, source, { ...options, depth: 0 });
}

function mergeAt(target: GoMap, source: GoMap, options: MergeOptions & { readonly depth: number }): void {
  const { budget, overwrites, depth } = options;
  budget.nest(depth);
  budget.spend(source.entries.size + 1);
  for (const [identity, entry] of source.entries) {
    const before = target.entries.get(identity);
    const value = entry.value;
    if (value === null) {
      if (overwrites) target.entries.set(identity, entry);
      continue;
    }
    const old = before?.value;
    if (value instanceof GoMap && old instanceof GoMap) mergeAt(old, value, { ...options, depth: depth + 1 });
    if (old instanceof GoStruct) requireSameStruct(old, value);
    const isKept = before !== undefined && !isEmptyValue(old);
    if (
      isKept &&
      ((value instanceof GoMap && old instanceof GoMap) || (value instanceof GoSlice && !overwrites))
    ) {
      continue;
    }
    if (!overwrites && isKept) continue;
    requireElement(target, source);
    target.entries.set(identity, entry);
  }
}

function requireElement(target: GoMap, source: GoMap): void {
  if (isAssignable(source.type.elem ?? ANY, target.type.elem ?? ANY)) return;
  throw new FunctionError(`a ${source.type.name} cannot be merged into a ${target.type.name}`);
}

/** The library looks for the fields of the one in the other, and breaks where there are none. */
function requireSameStruct(target: GoStruct, source: GoValue): void {
  const isAnother = source instanceof GoStruct && !sameType(target.type, source.type);
  if (isAnother || source instanceof GoMap) {
    throw new FunctionError(`a ${typeOf(source).name} cannot be merged into a ${target.type.name}`);
  }
}

function isEmptyValue(value: GoValue): boolean {
  if (value instanceof GoStruct) return false;
  return value instanceof GoPointer ? value.target === null : !isTrue(value);
}
