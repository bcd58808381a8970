import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { print } from '../template/fmt/print.ts';
import type { CallContext, GoFunction, GoValue } from '../template/go-value.ts';
import { FunctionError } from '../template/run.ts';
import { toFloat, toInteger } from './cast.ts';
import {
  addDecimals,
  decimalOf,
  divideDecimals,
  floatOf,
  multiplyDecimals,
  subtractDecimals,
} from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { randomBelow } from './random.ts';

/** Arithmetic in 64 bits, which wraps around as Go's does, and conversions between numbers and text. */
export const math: FunctionTable = {
  add: define(['...any'], 'int64', (values) =>
    wrap(values.reduce((sum: bigint, v) => sum + toInteger(v), 0n)),
  ),
  add1: define(['any'], 'int64', ([value]) => wrap(toInteger(value) + 1n)),
  sub: define(['any', 'any'], 'int64', ([left, right]) => wrap(toInteger(left) - toInteger(right))),
  mul: define(['any', '...any'], 'int64', ([first, ...rest]) =>
    rest.reduce((product: bigint, value) => wrap(product * toInteger(value)), toInteger(first)),
  ),
  div: define(['any', 'any'], 'int64', ([left, right]) => wrap(toInteger(left) / divisor(right))),
  mod: define(['any', 'any'], 'int64', ([left, right]) => toInteger(left) % divisor(right)),
  addf: define(['...any'], 'float64', (values) => decimals(0, values, addDecimals)),
  add1f: define(['any'], 'float64', ([value]) => decimals(toFloat(value), [true], addDecimals)),
  subf: define(['any', '...any'], 'float64', ([first, ...rest]) =>
    decimals(toFloat(first), rest, subtractDecimals),
  ),
  mulf: define(['any', '...any'], 'float64', ([first, ...rest]) =>
    decimals(toFloat(first), rest, multiplyDecimals),
  ),
  divf: define(['any', '...any'], 'float64', ([first, ...rest]) =>
    decimals(toFloat(first), rest, divideDecimals),
  ),
  max: extreme((value, best) => value > best),
  biggest: extreme((value, best) => value > best),
  min: extreme((value, best) => value < best),
  maxf: define(['any', '...any'], 'float64', (values) => Math.max(...values.map(toFloat))),
  minf: define(['any', '...any'], 'float64', (values) => Math.min(...values.map(toFloat))),
  ceil: define(['any'], 'float64', ([value]) => Math.ceil(toFloat(value))),
  floor: define(['any'], 'float64', ([value]) => Math.floor(toFloat(value))),
  round: define(['any', 'int', '...float64'], 'float64', ([value, places, roundOn = 0.5]) =>
    round(toFloat(value), places, roundOn),
  ),
  int: define(['any'], 'int', ([value]) => toInteger(value)),
  int64: define(['any'], 'int64', ([value]) => toInteger(value)),
  float64: define(['any'], 'float64', ([value]) => toFloat(value)),
  atoi: define(['string'], 'int', ([text]) => atoi(text)),
  toDecimal: define(['any'], 'int64', ([value], { budget }) => octal(print([value], budget))),
  until: define(['wideInt'], 'ints', ([stop], context) =>
    numbersUntil({ start: 0n, stop, step: stop < 0n ? -1n : 1n }, context),
  ),
  untilStep: define(['wideInt', 'wideInt', 'wideInt'], 'ints', ([start, stop, step], context) =>
    numbersUntil({ start, stop, step }, context),
  ),
  seq: define(['...wideInt'], 'string', (numbers, context) => sequence(numbers, context).join(' ')),
  randInt: define(['wideInt', 'wideInt'], 'int', ([min, max], context) => {
    if (max <= min) throw new FunctionError('invalid argument to Intn');
    return min + randomBelow(max - min, context);
  }),
};

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

function divisor(value: GoValue): bigint {
  const by = toInteger(value);
  if (by === 0n) throw new FunctionError('integer divide by zero');
  return by;
}

function decimals(
  first: number,
  rest: readonly GoValue[],
  operation: (left: Decimal, right: Decimal) => Decimal,
): number {
  return floatOf(
    rest.reduce((result: Decimal, value) => operation(result, decimalOf(toFloat(value))), decimalOf(first)),
  );
}

function extreme(isBetter: (value: bigint, best: bigint) => boolean): GoFunction {
  return define(['any', '...any'], 'int64', ([first, ...rest]) => {
    let best = toInteger(first);
    for (const value of rest.map(toInteger)) if (isBetter(value, best)) best = value;
    return best;
  });
}

/** Numbers below zero go down where others go up, because their fraction is negative: that is what sprig does. */
function round(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places);
  const shifted = power * value;
  const fraction = shifted - Math.trunc(shifted);
  return (fraction >= roundOn ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}

/** Ten to a power as Go's `math.Pow` computes it, which is not always the nearest number. */
function powerOfTen(exponent: number): number {
  // Ten is 0.625 times two to the fourth.
  let [factor, shift] = [0.625, 4];
  let [result, twos] = [1, 0];
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (shift > 4096) return exponent < 0 ? 0 : Number.POSITIVE_INFINITY;
    if (left % 2 === 1) [result, twos] = [result * factor, twos + shift];
    [factor, shift] = [factor * factor, shift * 2];
    if (factor < 0.5) [factor, shift] = [factor * 2, shift - 1];
  }
  return exponent < 0 ? timesTwos(1 / result, -twos) : timesTwos(result, twos);
}

function timesTwos(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

const MAX = (1n << 63n) - 1n;

/** What does not fit becomes the greatest or smallest number, as Go returns it beside the error. */
function atoi(text: string): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) return 0n;
  const value = BigInt(text.replace('+', ''));
  if (value > MAX) return MAX;
  return value < -MAX - 1n ? -MAX - 1n : value;
}

function octal(text: string): bigint {
  if (!/^[+-]?[0-7]+$/.test(text)) return 0n;
  const size = BigInt(`0o${text.replace(/^[+-]/, '')}`);
  const value = text.startsWith('-') ? -size : size;
  return value > MAX || value < -MAX - 1n ? 0n : value;
}

/** `seq end`, `seq start end` or `seq start step end`, the end included. */
function sequence(numbers: readonly bigint[], context: CallContext): readonly bigint[] {
  const [first, second, third] = numbers;
  if (first === undefined || numbers.length > 3) return [];
  const start = second === undefined ? 1n : first;
  const end = third ?? second ?? first;
  const direction = end < start ? -1n : 1n;
  const step = third === undefined ? direction : (second ?? direction);
  if (third !== undefined && end < start && step > 0n) return [];
  return numbersUntil({ start, stop: end + direction, step }, context);
}

/** They take memory, too. */
const STEPS_PER_NUMBER = 4;

/** Numbers from `start` up or down to `stop`, which is left out. */
function numbersUntil(
  { start, stop, step }: { readonly start: bigint; readonly stop: bigint; readonly step: bigint },
  { budget }: CallContext,
): readonly bigint[] {
  if (stop < start ? step >= 0n : step <= 0n) return [];
  const distance = stop > start ? stop - start : start - stop;
  const stride = step > 0n ? step : -step;
  const count = Number((distance + stride - 1n) / stride);
  budget.spend(count * STEPS_PER_NUMBER);
  return Array.from({ length: count }, (_, index) => start + step * BigInt(index));
}
