import { normalize } from './byte-string.ts';
import type { ByteString } from './byte-string.ts';
import {
  ANY,
  ANY_SLICE,
  BOOL,
  DICT,
  FLOAT64,
  INT,
  INT64,
  INTS,
  REFLECT_VALUE,
  STRING,
  STRINGS,
  typeOf,
  UINT32,
  UINT64,
} from './go-type.ts';
import { GoFloat, GoInt, GoMap, GoSlice } from './go-value.ts';
import type { CallContext, GoFunction, GoType, GoValue } from './go-value.ts';

/** Go types of parameters, and what a function gets for each. `value` takes anything as it is, also nothing. */
interface Inputs {
  any: GoValue;
  value: GoValue;
  string: ByteString;
  bool: boolean;
  /** Go's int as a number: for counts and positions, where nothing beyond 2^53 makes sense. */
  int: number;
  /** Go's int, exactly. */
  wideInt: bigint;
  uint32: number;
  float64: number;
  dict: GoMap;
  list: GoSlice;
}

/** Go types of results, and what a function returns for each; null is a nil slice. */
interface Outputs {
  any: GoValue;
  string: ByteString;
  bool: boolean;
  int: number | bigint;
  int64: bigint;
  uint64: bigint;
  float64: number;
  list: readonly GoValue[] | null;
  strings: readonly ByteString[] | null;
  ints: readonly bigint[];
}

type InputName = keyof Inputs;
type Parameter = InputName | `...${InputName}` | GoType;

type Input<P> = P extends InputName ? Inputs[P] : GoValue;
type InputsOf<P extends readonly Parameter[]> = P extends readonly [...infer Fixed, `...${infer Rest}`]
  ? [...{ [K in keyof Fixed]: Input<Fixed[K]> }, ...Input<Rest>[]]
  : { [K in keyof P]: Input<P[K]> };

/** A set of functions by the names that templates call them by. */
export type FunctionTable = Readonly<Record<string, GoFunction>>;

/**
 * Defines a function for templates: the Go types of its parameters and of its result, and what it does.
 *
 * A last parameter like `...any` takes all further arguments. The function throws a `FunctionError` where Go's would return
 * an error or panic.
 */
export function define<const P extends readonly Parameter[], R extends keyof Outputs>(
  params: P,
  result: R,
  body: (args: InputsOf<P>, context: CallContext) => Outputs[R],
): GoFunction {
  const inputs = params.map(inputOf);
  const rest = isRest(params.at(-1)) ? inputs.pop() : undefined;
  return {
    params: inputs.map((input) => input.type),
    rest: rest?.type,
    call: (args, context) => {
      const values = args.map((value, index) => (inputs[index] ?? rest ?? INPUTS.any).read(value));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was read by the parameter at its place
      return OUTPUTS[result](body(values as unknown as InputsOf<P>, context), context);
    },
  };
}

interface Reader<T> {
  readonly type: GoType;
  readonly read: (value: GoValue) => T;
}

const asIs = (value: GoValue): GoValue => value;

/** How each parameter gets its argument, which has the Go type already: `callFunction` saw to that. */
const INPUTS: { readonly [K in InputName]: Reader<Inputs[K]> } = {
  any: { type: ANY, read: asIs },
  value: { type: REFLECT_VALUE, read: asIs },
  string: { type: STRING, read: (value) => (typeof value === 'string' ? value : mismatch(value)) },
  bool: { type: BOOL, read: (value) => (typeof value === 'boolean' ? value : mismatch(value)) },
  int: { type: INT, read: (value) => Number(integer(value)) },
  wideInt: { type: INT, read: integer },
  uint32: { type: UINT32, read: (value) => Number(integer(value)) },
  float64: { type: FLOAT64, read: (value) => (value instanceof GoFloat ? value.value : mismatch(value)) },
  dict: { type: DICT, read: (value) => (value instanceof GoMap ? value : mismatch(value)) },
  list: { type: ANY_SLICE, read: (value) => (value instanceof GoSlice ? value : mismatch(value)) },
};

function inputOf(parameter: Parameter): Reader<unknown> {
  if (typeof parameter !== 'string') return { type: parameter, read: asIs };
  const name = isRest(parameter) ? parameter.slice(3) : parameter;
  return isInputName(name) ? INPUTS[name] : INPUTS.any;
}

function isRest(parameter: Parameter | undefined): parameter is `...${InputName}` {
  return typeof parameter === 'string' && parameter.startsWith('...');
}

function isInputName(name: string): name is InputName {
  return Object.hasOwn(INPUTS, name);
}

function integer(value: GoValue): bigint {
  return value instanceof GoInt ? value.value : mismatch(value);
}

function mismatch(value: GoValue): never {
  throw new TypeError(`an argument of type ${typeOf(value).name} got past the check`);
}

/** Gives a result its Go type. Text is measured, and bytes that became UTF-8 by standing together are put together. */
const OUTPUTS: { readonly [K in keyof Outputs]: (result: Outputs[K], context: CallContext) => GoValue } = {
  any: asIs,
  string: (result, { budget }) => {
    budget.allow(result.length);
    return normalize(result);
  },
  bool: asIs,
  int: (result) => new GoInt(INT, BigInt(result)),
  int64: (result) => new GoInt(INT64, result),
  uint64: (result) => new GoInt(UINT64, result),
  float64: (result) => new GoFloat(FLOAT64, result),
  list: (result) => new GoSlice(ANY_SLICE, result),
  strings: (result) => new GoSlice(STRINGS, result),
  ints: (result) =>
    new GoSlice(
      INTS,
      result.map((value) => new GoInt(INT, value)),
    ),
};
