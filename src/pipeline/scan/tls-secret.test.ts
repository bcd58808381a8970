import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { TidemarkError } from '../../model/errors.ts';
import { tlsFromSecret } from './tls-secret.ts';

const pem = (name: string) =>
  readFileSync(new URL(`../../../test/golden/tls/${name}`, import.meta.url), 'utf8');
const ca = pem('ca.crt');
const cert = pem('client.crt');
const key = pem('client.key');

function secret(values: Readonly<Record<string, string>>) {
  const data = Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    metadata: { namespace: 'apps', name: 'cert' },
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

test('an authority, a certificate pair, or both are read, under the names of today and of old', () => {
  const cases: readonly [values: Record<string, string>, expected: object][] = [
    [{ 'ca.crt': ca }, { ca }],
    [
      { 'tls.crt': cert, 'tls.key': key },
      { cert, key },
    ],
    [
      { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca, other: 'x' },
      { ca, cert, key },
    ],
    [
      { caFile: ca, certFile: cert, keyFile: key },
      { ca, cert, key },
    ],
    [{ caFile: 'nonsense', 'ca.crt': ca }, { ca }],
  ];
  for (const [values, expected] of cases) assert.deepEqual(tlsFromSecret(secret(values)), expected);
});

test('what is missing or unreadable is named, and never shown', () => {
  const canary = '-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----\n';
  const cases: readonly [values: Record<string, string>, message: string][] = [
    [{}, "secret 'apps/cert' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"],
    [{ 'ca.crt': '' }, "secret 'apps/cert' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"],
    [{ 'tls.crt': cert }, "secret 'apps/cert' contains 'tls.crt' but missing 'tls.key'"],
    [{ 'tls.key': key, 'ca.crt': ca }, "secret 'apps/cert' contains 'tls.key' but missing 'tls.crt'"],
    [
      { 'tls.crt': cert, 'tls.key': canary },
      "secret 'apps/cert': failed to parse TLS certificate and key: 'tls.crt' and 'tls.key' are not a PEM pair",
    ],
    [
      { 'tls.crt': pem('server.crt'), 'tls.key': key },
      "secret 'apps/cert': failed to parse TLS certificate and key: 'tls.crt' and 'tls.key' are not a PEM pair",
    ],
    [
      { 'ca.crt': canary },
      "secret 'apps/cert': failed to parse CA certificate: 'ca.crt' holds no PEM certificate",
    ],
  ];
  for (const [values, message] of cases) {
    assert.throws(() => tlsFromSecret(secret(values)), new TidemarkError('CredentialsInvalid', message));
  }
});
