import {
  ANY,
  canBeNil,
  isAssignable,
  isSigned,
  isTrue,
  isUnsigned,
  REFLECT_VALUE,
  typeOf,
  zeroOf,
} from './go-type.ts';
import { GoFloat, GoInt, GoMap, GoPointer, GoSlice } from './go-value.ts';
import type { GoFunction, GoType, GoValue } from './go-value.ts';
import { nodeText } from './node.ts';
import type { CommandNode, Expression } from './node.ts';
import { FunctionError } from './run.ts';
import type { Scope } from './run.ts';

/** Stands where nothing comes through a pipe; a missing value may. */
export const NO_FINAL = Symbol('nothing comes through the pipe');

export type Final = GoValue | typeof NO_FINAL;

/** The arguments of a call as they are written, and the value that comes through the pipe. */
export interface Arguments {
  readonly nodes: readonly Expression[];
  readonly final: Final;
}

export const NO_ARGUMENTS: Arguments = { nodes: [], final: NO_FINAL };

export interface Call {
  readonly called: GoFunction;
  readonly name: string;
  /** What a failure of the function is reported at. */
  readonly node: Expression | CommandNode;
}

/** Calls a function or method: checks how many arguments there are, gives each its type, and explains failures. */
export function callFunction(scope: Scope, call: Call, args: Arguments): GoValue {
  const { called, name, node } = call;
  checkCount(scope, call, args);
  if (called.stopsAt !== undefined) return shortCircuit(scope, called.stopsAt, args);
  const values = args.nodes.map((arg, index) => argument(scope, parameter(called, index), arg));
  if (args.final !== NO_FINAL) {
    values.push(checkType(scope, args.final, parameter(called, values.length)));
  }
  const { budget } = scope.run.context;
  budget.spend(values.reduce((sum: number, value) => sum + sizeOf(value), 0));
  try {
    const result = called.call(values, scope.run.context);
    budget.spend(sizeOf(result));
    return result;
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    scope.run.at(node);
    return scope.run.fail(`error calling ${name}: ${error.message}`);
  }
}

function parameter(called: GoFunction, index: number): GoType {
  return called.params[index] ?? called.rest ?? ANY;
}

function checkCount(scope: Scope, { called, name }: Call, args: Arguments): void {
  const count = args.nodes.length + (args.final === NO_FINAL ? 0 : 1);
  const wanted = called.params.length;
  if (called.rest === undefined && count !== wanted) {
    scope.run.fail(`wrong number of args for ${name}: want ${wanted} got ${count}`);
  }
  if (count < wanted)
    scope.run.fail(`wrong number of args for ${name}: want at least ${wanted} got ${count}`);
}

/** The first argument whose truth is `stopsAt`, or the last one. */
function shortCircuit(scope: Scope, stopsAt: boolean, args: Arguments): GoValue {
  let value: GoValue;
  for (const node of args.nodes) {
    value = argument(scope, REFLECT_VALUE, node);
    if (isTrue(value) === stopsAt) return value;
  }
  return args.final === NO_FINAL ? value : args.final;
}

/** The value of an argument for a parameter of a type. A literal takes the type that is wanted, if it can. */
function argument(scope: Scope, type: GoType, node: Expression): GoValue {
  scope.run.at(node);
  switch (node.kind) {
    case 'nil':
      if (!canBeNil(type)) scope.run.fail(`cannot assign nil to ${type.name}`);
      return type === REFLECT_VALUE ? undefined : zeroOf(type);
    case 'bool':
    case 'number':
    case 'string':
      return type === ANY || type === REFLECT_VALUE
        ? scope.run.operand(scope, node)
        : literal(scope, type, node);
    default:
      return checkType(scope, scope.run.operand(scope, node), type);
  }
}

function literal(
  scope: Scope,
  type: GoType,
  node: Extract<Expression, { kind: 'bool' | 'number' | 'string' }>,
): GoValue {
  const expected = (what: string): never => scope.run.fail(`expected ${what}; found ${nodeText(node)}`);
  if (type.kind === 'bool') return node.kind === 'bool' ? node.value : expected('bool');
  if (type.kind === 'string') return node.kind === 'string' ? node.value : expected('string');
  const number = node.kind === 'number' ? node.number : undefined;
  if (type.kind === 'float64') {
    return number?.float === undefined ? expected('float') : new GoFloat(type, number.float);
  }
  if (isSigned(type.kind)) {
    return number?.int === undefined ? expected('integer') : new GoInt(type, number.int);
  }
  if (isUnsigned(type.kind)) {
    return number?.uint === undefined ? expected('unsigned integer') : new GoInt(type, number.uint);
  }
  return scope.run.fail(`can't handle ${nodeText(node)} for arg of type ${type.name}`);
}

/** The value, if it can be given where the type is wanted. Pointers are followed once. */
function checkType(scope: Scope, value: GoValue, type: GoType): GoValue {
  if (type === REFLECT_VALUE) return value;
  if (value === undefined) {
    if (!canBeNil(type)) scope.run.fail(`invalid value; expected ${type.name}`);
    return zeroOf(type);
  }
  if (isAssignable(typeOf(value), type)) return value;
  if (value instanceof GoPointer && value.target !== null && isAssignable(value.target.type, type)) {
    return value.target;
  }
  return scope.run.fail(`wrong type for value; expected ${type.name}; got ${typeOf(value).name}`);
}

/** How much work it is to look at a value once, in steps. */
function sizeOf(value: GoValue): number {
  if (typeof value === 'string') return Math.floor(value.length / CHARS_PER_STEP);
  if (value instanceof GoSlice) return Math.floor(value.items.length / ITEMS_PER_STEP);
  return value instanceof GoMap ? Math.floor(value.entries.size / ITEMS_PER_STEP) : 0;
}

const CHARS_PER_STEP = 32;
const ITEMS_PER_STEP = 4;
