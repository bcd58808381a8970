import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareNumbers, GoFloatError, parseFloat64, tryParseNumber } from './float.ts';
import type { GoNumber } from './float.ts';

interface Golden {
  readonly floats: readonly [text: string, value: string, error: string | null][];
  readonly numberOrder: readonly [left: string, right: string, order: number][];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/select-go.json', import.meta.url), 'utf8'),
) as Golden;

function numberOf(text: string): GoNumber {
  const number = tryParseNumber(text);
  assert.ok(number, text);
  return number;
}

function order(left: string, right: string): number {
  return Math.sign(compareNumbers(numberOf(left), numberOf(right)));
}

test('floats are read as by ParseFloat, bit by bit, with its errors', () => {
  for (const [text, value, error] of golden.floats) {
    if (error !== null) {
      assert.throws(() => parseFloat64(text), new GoFloatError(error));
      continue;
    }
    const expected = Number(value.replace('Inf', 'Infinity'));
    assert.ok(Object.is(parseFloat64(text), expected), text);
  }
});

test('a number is one when ParseFloat accepts it, but for NaN and for digits that no float can hold', () => {
  for (const [text, value, error] of golden.floats) {
    const writtenOut = error?.endsWith('out of range') === true && /^[+-]?[0-9_.]+$/.test(text);
    const expected = writtenOut || (error === null && value !== 'NaN');
    assert.equal(tryParseNumber(text) !== undefined, expected, text);
  }
});

test('numbers are ordered by their exact value', () => {
  for (const [left, right, expected] of golden.numberOrder) {
    assert.equal(order(left, right), expected, `${left} ${right}`);
    assert.equal(order(right, left), expected === 0 ? 0 : -expected, `${right} ${left}`);
  }
});

test('numbers beyond the precision of floats still differ', () => {
  assert.equal(order('9007199254740993', '9007199254740992'), 1);
  assert.equal(order('1e-400', '0'), 1);
  assert.equal(order('9'.repeat(400), `8${'9'.repeat(399)}`), 1);
  assert.equal(order('Inf', '9'.repeat(400)), 1);
  assert.equal(order('-infinity', `-${'9'.repeat(400)}`), -1);
  assert.equal(order('0x1p-2', '.25'), 0);
  assert.equal(order('-0', '0'), 0);
});

test('the order of numbers is total', () => {
  const digits = fc.stringMatching(/^[0-9]{1,4}$/);
  const text = fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-', '+'), digits, digits, fc.integer({ min: -3, max: 3 }))
      .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`),
    fc.integer({ min: -20, max: 20 }).map(String),
    fc.constantFrom('Inf', '-Inf', '0x1p-1', '0.5', '-0', '9007199254740993', '9007199254740992', '1e-400'),
  );
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.equal(order(a, b), -order(b, a) || 0);
      if (order(a, b) <= 0 && order(b, c) <= 0) assert.ok(order(a, c) <= 0);
      if (order(a, b) === 0) assert.equal(order(a, c), order(b, c));
    }),
    { numRuns: Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 3000) },
  );
});
