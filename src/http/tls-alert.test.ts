import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHttpFailure } from './http-failure.ts';
import { certificateAlert } from './tls-alert.ts';

test('an alert about the certificate of the client is told by what the client had to show', () => {
  const wants = 'the server wants a client certificate, and none was given';
  for (const code of [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  ]) {
    assert.equal(certificateAlert(code, false), wants);
    assert.match(certificateAlert(code, true) ?? '', /^the server does not accept the client certificate \(/);
  }
  assert.equal(
    certificateAlert('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', true),
    'the server does not accept the client certificate (unknown ca)',
  );
  for (const code of [
    '',
    'ECONNRESET',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
  ])
    assert.equal(certificateAlert(code, false), undefined);
});

test('a failure with such an alert will not get better by itself', () => {
  const error = Object.assign(new Error('read'), { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
  const failure = toHttpFailure(new Error('outer', { cause: error }));
  assert.deepEqual([failure.kind, failure.temporary], ['unreachable', false]);
  assert.match(failure.message, /wants a client certificate/);
});
