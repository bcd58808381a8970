import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockSentence } from './clock-sentence.ts';
import { jwtExpiry } from './jwt-claims.ts';

test('a clock that is off is named with by how much and in which direction', () => {
  const minute = 60_000;
  assert.equal(clockSentence(minute), undefined);
  assert.match(clockSentence(12 * minute) ?? '', /is 12 min ahead,/);
  assert.match(clockSentence(-5 * 60 * minute) ?? '', /is 5 h behind,/);
  assert.match(clockSentence(30 * 24 * 60 * minute) ?? '', /is 30 days ahead,/);
});

test('the end of a token is read without believing anything else', () => {
  const token = (claims: unknown): string =>
    `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  assert.equal(jwtExpiry(token({ exp: 1700000000 })), 1700000000);
  for (const text of [token({ exp: 'soon' }), token(null), token([]), 'x', 'a.b.c', ''])
    assert.equal(jwtExpiry(text), undefined);
});
