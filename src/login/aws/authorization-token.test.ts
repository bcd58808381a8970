import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAuthorizationToken } from './authorization-token.ts';

function answer(token: string, list = true): string {
  const one = { authorizationToken: Buffer.from(token).toString('base64'), expiresAt: 1_800_000_000.5 };
  return JSON.stringify({ authorizationData: list ? [{ ...one, proxyEndpoint: 'https://x' }] : one });
}

test('the token of ECR and that of ECR Public are a user name and a password', () => {
  for (const list of [true, false])
    assert.deepEqual(readAuthorizationToken(answer('AWS:secret', list)), {
      login: { type: 'basic', username: 'AWS', password: 'secret' },
      expiresAt: new Date(1_800_000_000_500),
    });
});

test('anything else is refused, without a word of what it holds', () => {
  for (const token of ['AWS', 'AWS:secret:more', ''])
    assert.throws(() => readAuthorizationToken(answer(token)), {
      code: 'LoginFailed',
      message: 'invalid authorization token format',
    });
  for (const body of [
    '',
    '[]',
    '{"authorizationData":[]}',
    '{"authorizationData":[{"authorizationToken":"c2VjcmV0"}]}',
  ])
    assert.throws(() => readAuthorizationToken(body), { message: 'ECR gave no authorization token' });
});
