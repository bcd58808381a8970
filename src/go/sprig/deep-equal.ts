import type { Budget } from '../template/budget.ts';
import { sameType, typeOf } from '../template/go-type.ts';
import { GoFloat, GoInt, GoMap, GoPointer, GoSlice, GoStruct } from '../template/go-value.ts';
import type { GoValue } from '../template/go-value.ts';

/** Go's `reflect.DeepEqual`: types count, and nil is not empty. */
export function deepEqual(left: GoValue, right: GoValue, budget: Budget): boolean {
  return new Comparison(budget).equal(left, right);
}

class Comparison {
  readonly #budget: Budget;
  #depth = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  equal(left: GoValue, right: GoValue): boolean {
    this.#budget.spend(1);
    this.#budget.nest(++this.#depth);
    const result = this.#equal(left, right);
    this.#depth--;
    return result;
  }

  #equal(left: GoValue, right: GoValue): boolean {
    if (left === null || left === undefined || right === null || right === undefined) {
      return (left ?? null) === (right ?? null);
    }
    if (typeof left !== 'object' || typeof right !== 'object') return left === right;
    if (!sameType(typeOf(left), typeOf(right))) return false;
    if (left instanceof GoInt && right instanceof GoInt) return left.value === right.value;
    if (left instanceof GoFloat && right instanceof GoFloat) return left.value === right.value;
    if (left instanceof GoSlice && right instanceof GoSlice) return this.#equalSlices(left, right);
    if (left instanceof GoMap && right instanceof GoMap) return this.#equalMaps(left, right);
    if (left instanceof GoStruct && right instanceof GoStruct) {
      return left.values.every((value, index) => this.equal(value, right.values[index]));
    }
    if (!(left instanceof GoPointer && right instanceof GoPointer)) return false;
    if (left.target === null || right.target === null) return left.target === right.target;
    return left.target === right.target || this.equal(left.target, right.target);
  }

  #equalSlices(left: GoSlice, right: GoSlice): boolean {
    if (left.isNil !== right.isNil || left.items.length !== right.items.length) return false;
    return left === right || left.items.every((item, index) => this.equal(item, right.items[index]));
  }

  #equalMaps(left: GoMap, right: GoMap): boolean {
    if (left.isNil !== right.isNil || left.entries.size !== right.entries.size) return false;
    if (left === right) return true;
    return [...left.entries].every(([identity, { value }]) => {
      const other = right.entries.get(identity);
      return other !== undefined && this.equal(value, other.value);
    });
  }
}
