import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { appToken } from './app-token.ts';

test('the token of an app says who it is, for two minutes from half a minute ago', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const token = appToken('12345', privateKey, new Date('2026-11-28T10:00:00.750Z'));
  const [head = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
  assert.deepEqual(read(head), { alg: 'RS256', typ: 'JWT' });
  const iat = Date.parse('2026-11-28T09:59:30Z') / 1000;
  assert.deepEqual(read(claims), { iss: '12345', iat, exp: iat + 120 });
  const signed = Buffer.from(`${head}.${claims}`);
  assert.ok(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url')));
});
