import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactor } from './redact.ts';

test('a secret is removed in every form in which it may come back', () => {
  const secret = 'pä ss/wörd+1';
  const redact = redactor([secret]);
  const base64 = Buffer.from(secret).toString('base64');
  for (const form of [secret, encodeURIComponent(secret), base64, base64.replace(/=+$/, '')]) {
    assert.equal(redact(`fatal: <${form}> refused`), 'fatal: <***> refused');
  }
});

test('user information in URLs and authorization headers are removed, whoever they belong to', () => {
  const redact = redactor([]);
  assert.equal(redact("unable to access 'https://me:pw@host/x'"), "unable to access 'https://***@host/x'");
  assert.equal(redact('=> Authorization: Basic bWU6cHc= and more'), '=> Authorization: *** and more');
  assert.equal(redact('see https://host/x for me@example.com'), 'see https://host/x for me@example.com');
});

test('the longer of two secrets goes first, and nothing is taken for a secret that is too short to be one', () => {
  assert.equal(redactor(['abc', 'abcdef', '', 'a'])('a abcdef abc'), 'a *** ***');
});
