import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLater } from './version-order.ts';

const cases: readonly (readonly [a: string, b: string, later: boolean])[] = [
  ['2', '1', true],
  ['1', '2', false],
  ['7', '7', false],
  ['10', '9', true],
  ['9', '10', false],
  ['18446744073709551616', '18446744073709551615', true],
  ['9007199254740993', '9007199254740992', true],
  ['abc', 'abc', false],
  ['abc', '7', true],
];
for (const [a, b, later] of cases) {
  test(`version ${a} is ${later ? '' : 'not '}later than ${b}`, () => assert.equal(isLater(a, b), later));
}
